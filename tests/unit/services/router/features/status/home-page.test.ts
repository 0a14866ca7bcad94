import { expect, test } from 'bun:test'
import { homePage } from '@service/router/features/status/home-page.ts'
import type { NodeStatus } from '@service/router/features/status/node-status.ts'

const status: NodeStatus = {
  status: 'Running',
  message: '',
  name: 'skein',
  version: '1.2.3',
  uptimeSeconds: 1,
  port: 8080,
  platform: 'linux',
  services: [{ name: 'chat', state: 'up', restarts: 0 }],
  models: [
    { id: 'a<b', state: 'unloaded' },
    { id: 'llama', state: 'ready' },
  ],
  queue: { waiting: 0, running: 0 },
  cluster: null,
}

test('it shows services, models and a line to try with the model that is loaded', () => {
  const page = homePage(status)
  for (const part of [
    '1.2.3',
    'chat',
    '/swagger',
    '/status',
    '/metrics',
    'curl http://127.0.0.1:8080/v1/chat',
  ]) {
    expect(page).toContain(part)
  }
  expect(page).toContain('&quot;model&quot;:&quot;llama&quot;')
})

test('nothing in it comes from elsewhere, and names are never markup', () => {
  const page = homePage(status)
  expect(page).not.toMatch(/(src|href)="(?!\/)/)
  expect(page).not.toContain('a<b')
  expect(page).toContain('a&lt;b')
})

test('a node without models says so', () => {
  expect(homePage({ ...status, models: [] })).toContain('No models yet')
})

test('the nodes of a cluster are there with their links, and none of them is markup', () => {
  const nodes = [
    { name: 'mini', link: 'self' as const },
    { name: '<b>', link: 'down' as const },
  ]
  const page = homePage({ ...status, cluster: { id: 'c1', nodes } })
  expect(page).toContain('<td>mini</td><td>this node</td>')
  expect(page).toContain('<td>&lt;b&gt;</td><td>down</td>')
  expect(homePage(status)).not.toContain('this node')
})

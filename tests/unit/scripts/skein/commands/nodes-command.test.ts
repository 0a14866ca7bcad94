import { describe, expect, test } from 'bun:test'
import { skein } from '../scripted-door.ts'

const SELF = {
  id: '12D3KooWSelfSelfAAAA1111',
  name: 'studio',
  isSelf: true,
  link: 'self',
  trouble: null,
  troubleMessage: null,
  rttMs: 0,
  lastSeenAt: null,
  platform: { os: 'darwin', arch: 'arm64', accelerator: 'metal' },
  version: '0.1.0',
  load: { isDraining: true, running: 2, waiting: 1, heldBytes: 4_000_000_000, budgetBytes: 8_000_000_000 },
  models: ['a', 'b', 'c', 'd', 'e'],
}
const ATTIC = {
  ...SELF,
  id: '12D3KooWAtticAtticBBBB2222',
  name: 'attic\u001b[31m',
  isSelf: false,
  link: 'down',
  trouble: 'no-answer',
  troubleMessage: 'nothing comes back from its address',
  rttMs: null,
  platform: null,
  version: null,
  load: null,
  models: [],
}
const UP = { ...SELF, id: '12D3KooWLaptopCCCC3333', name: 'laptop', isSelf: false, link: 'up', rttMs: 1.44 }

const cluster = (...nodes: readonly object[]) => ({ 'GET /v1/cluster': () => ({ id: 'cluster-1', nodes }) })

describe('nodes', () => {
  test('are shown in a table, with what is in the way in words below it', async () => {
    const { output } = await skein(cluster(SELF, ATTIC, UP), 'nodes')
    const [head, self, attic, laptop] = output.split('\n')
    expect(head).toMatch(/^NODE +PLATFORM +LINK +RTT +MODELS +LOAD +VERSION$/)
    expect(self).toContain('darwin arm64, metal')
    expect(self).toContain('this node')
    expect(self).toContain('a, b, c and 2 more')
    expect(self).toContain('2 running, 1 waiting, drains')
    expect(attic).toMatch(/^attic\[31m +- +down: no-answer +- +- +- +-$/)
    expect(laptop).toContain('1.4 ms')
    expect(output).toContain('attic[31m: nothing comes back from its address')
  })

  test('of one name are told apart', async () => {
    const { output } = await skein(cluster(SELF, { ...UP, name: 'studio' }), 'nodes', 'ls')
    expect(output).toContain('studio (AAAA1111)')
    expect(output).toContain('studio (CCCC3333)')
  })

  test('are one while there is no cluster, and how to change that', async () => {
    const { output } = await skein({ 'GET /v1/cluster': () => ({ id: null, nodes: [SELF] }) }, 'nodes')
    expect(output).toContain('skein invite begins one')
    const { output: json } = await skein(cluster(SELF), 'nodes', '--json')
    expect(JSON.parse(json)).toEqual({ id: 'cluster-1', nodes: [SELF] })
  })

  test('are shown one by one', async () => {
    const details = {
      ...ATTIC,
      startedAt: null,
      addresses: [{ host: '10.0.0.2', linkPort: 8082, dataPort: 8081 }],
      services: [{ name: 'chat', state: 'up' }],
      backends: [],
    }
    const { output, requests } = await skein(
      { 'GET /v1/nodes/attic': () => details },
      'nodes',
      'show',
      'attic',
    )
    expect(output).toContain('down: no-answer (nothing comes back from its address)')
    expect(output).toContain('10.0.0.2 (8081, 8082)')
    expect(output).toContain('chat up')
    expect(output).not.toContain('\u001b')
    expect(requests).toEqual(['GET /v1/nodes/attic'])
  })
})

describe('a node', () => {
  const routes = {
    'GET /v1/nodes/laptop': () => UP,
    'GET /v1/nodes/studio': () => SELF,
    [`DELETE /v1/nodes/${UP.id}`]: () => ({ id: UP.id, deleted: true }),
    [`POST /v1/nodes/${UP.id}/drain`]: () => UP,
    [`POST /v1/nodes/${SELF.id}/drain`]: () => SELF,
  }

  test('is removed by its id, and never without a yes', async () => {
    const refused = await skein(routes, 'nodes', 'rm', 'laptop')
    expect(refused.thrown).toMatchObject({ exitCode: 2 })
    expect(refused.requests).toEqual(['GET /v1/nodes/laptop'])
    const { output, requests } = await skein(routes, 'nodes', 'rm', 'laptop', '--yes')
    expect(output).toBe('laptop (CCCC3333) is removed\n')
    expect(requests).toEqual(['GET /v1/nodes/laptop', `DELETE /v1/nodes/${UP.id}`])
  })

  test('drains and resumes where it is: another one is asked through this one', async () => {
    const { output, requests } = await skein(routes, 'nodes', 'drain', 'laptop')
    expect(output).toContain('laptop finishes what it has')
    expect(requests[1]).toBe(`POST /v1/nodes/${UP.id}/drain?node=${UP.id}`)
    const resumed = await skein(routes, 'nodes', 'resume', 'studio')
    expect(resumed.output).toContain('takes requests again')
    expect(resumed.requests[1]).toBe(`POST /v1/nodes/${SELF.id}/drain`)
  })

  test('that is not there is told in the words of the node', async () => {
    const { thrown } = await skein({}, 'nodes', 'show', '../models')
    expect(thrown).toMatchObject({ message: 'No /v1/nodes/..%2Fmodels here.' })
  })
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openRealCluster } from '../support/cluster-load/real-cluster.ts'
import type { RealCluster } from '../support/cluster-load/real-cluster.ts'
import { eventually } from '../support/eventually.ts'
import type { WireJson } from '../support/wire-json.ts'

let cluster: RealCluster
beforeAll(async () => {
  cluster = await openRealCluster([
    { name: 'studio', models: { 'known-answer': 'known-answer' } },
    { name: 'attic' },
    { name: 'shed' },
  ])
}, 120_000)
afterAll(() => cluster.stop())

const page = async (node: string, query = ''): Promise<string> =>
  (await fetch(`${cluster.node(node).url}/metrics${query}`)).text()

const samplesOf = (text: string, name: string): readonly string[] =>
  text.split('\n').filter((line) => line.startsWith(`${name}{`))

test('any node shows the figures of all, each with the name of its node and described once', async () => {
  const text = await page('attic', '?scope=cluster')
  expect(samplesOf(text, 'skein_node_up').toSorted()).toEqual([
    'skein_node_up{node="attic"} 1',
    'skein_node_up{node="shed"} 1',
    'skein_node_up{node="studio"} 1',
  ])
  expect(samplesOf(text, 'skein_models_open').map((line) => /node="(\w+)"/.exec(line)?.[1])).toEqual([
    'attic',
    'shed',
    'studio',
  ])
  const described = text.split('\n').filter((line) => line.startsWith('# TYPE'))
  expect(new Set(described).size).toBe(described.length)
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(samples.filter((line) => !line.includes('{node="'))).toEqual([])
  const series = samples.map((line) => line.replace(/ \S+$/, ''))
  expect(new Set(series).size).toBe(series.length)
})

test('every node tells its round trip to every other, and says which by a second label', async () => {
  await eventually(
    'all have measured all',
    async () => samplesOf(await page('shed', '?scope=cluster'), 'skein_node_rtt_seconds').length === 9,
    20_000,
  )
  const [first] = samplesOf(await page('shed', '?scope=cluster'), 'skein_node_rtt_seconds')
  expect(first).toMatch(/^skein_node_rtt_seconds\{node="\w+",.*exported_node="\w+"\} [\d.e-]+$/)
}, 30_000)

test('without the scope a node tells of itself, and what it sees of the others', async () => {
  const text = await page('attic')
  expect(await page('attic', '?scope=node')).toContain('skein_cluster_nodes{service="router",state="up"} 3')
  expect(samplesOf(text, 'skein_node_up')).toHaveLength(3)
  expect(samplesOf(text, 'skein_models_open')).toHaveLength(1)
  expect(text).toContain('skein_cluster_model_nodes{')
})

test('a scope that there is none of is refused by its name', async () => {
  const reply = await fetch(`${cluster.node('attic').url}/metrics?scope=universe`)
  expect(reply.status).toBe(400)
  expect(await reply.text()).toContain('scope')
})

test('a node that hangs is left out within two seconds, and the page says so', async () => {
  const router = await cluster.node('shed').serviceProcessId('router')
  process.kill(router, 'SIGSTOP')
  const began = performance.now()
  const text = await page('attic', '?scope=cluster')
  const tookMs = performance.now() - began
  process.kill(router, 'SIGCONT')
  expect(samplesOf(text, 'skein_node_up')).toContain('skein_node_up{node="shed"} 0')
  expect(text).not.toContain('skein_models_open{node="shed"')
  expect(tookMs).toBeLessThan(2000)
}, 20_000)

test('the doctor of any node can be asked, and knows all links and how fast they are', async () => {
  const { ask } = cluster.node('studio')
  await eventually(
    'all have told their links',
    async () => (await ask('GET', '/v1/doctor')).map.links.length === 6,
    20_000,
  )
  const report = await ask('GET', '/v1/doctor?node=attic')
  expect(report.node).toBe('attic')
  const causes: readonly string[] = report.findings.map(({ cause }: WireJson) => cause)
  // Whether this machine is in a network is none of the test's business.
  expect(causes.filter((cause) => cause !== 'wrong-subnet').toSorted()).toEqual([
    'door-on-loopback',
    'fine',
    'fine',
  ])
  const { data, leftOut } = await ask('POST', '/v1/doctor/bandwidth')
  expect(leftOut).toEqual([])
  expect(data).toHaveLength(6)
  await eventually(
    'the others know what was measured',
    async () => {
      const { map } = await ask('GET', '/v1/doctor')
      return map.links.every(({ bytesPerSecond }: WireJson) => bytesPerSecond > 0)
    },
    20_000,
  )
}, 60_000)

test('what is told of a removed node is gone from all pages', async () => {
  await cluster.node('studio').ask('DELETE', '/v1/nodes/shed')
  await eventually(
    'nobody tells of it',
    async () => !(await page('attic', '?scope=cluster')).includes('node="shed"'),
  )
  expect(await page('studio')).not.toContain('node="shed"')
}, 30_000)

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { nodesAreCalm } from '../support/cluster-load/calm-nodes.ts'
import { LOAD_DIALECTS } from '../support/cluster-load/load-dialect.ts'
import { openRealCluster } from '../support/cluster-load/real-cluster.ts'
import type { RealCluster } from '../support/cluster-load/real-cluster.ts'
import type { RealNode } from '../support/cluster-load/real-node.ts'
import { eventually } from '../support/eventually.ts'
import { processorTicks } from '../support/process-figures.ts'
import type { WireJson } from '../support/wire-json.ts'

const LONG = 90_000
const WITHIN_MS = 1000
/** An engine that works takes 10 ticks (of 10 ms) in this time. */
const QUIET_FOR_MS = 100
const QUIET_TICKS = 3
/** Seconds of reading. */
const LONG_TEXT = 'the quick brown fox '.repeat(100)

let cluster: RealCluster
let door: RealNode
let far: RealNode
/** The client’s node has no model: all work is done on the other one, where both models are in memory. */
beforeAll(async () => {
  const environment = { CHAT_KEEP_ALIVE_MS: '-1', SKEIN_LOG_LEVEL: 'warn' }
  cluster = await openRealCluster([
    { name: 'door', environment },
    { name: 'far', environment, models: { endless: 'endless', slow: 'random-deep' } },
  ])
  door = cluster.node('door')
  far = cluster.node('far')
  for (const model of ['endless', 'slow']) {
    const reply = await ask(LOAD_DIALECTS[0], { model, isStream: false, maxTokens: 1, text: 'Hello!' })
    expect([reply.status, reply.headers.get('x-skein-node')]).toEqual([200, 'far'])
    await reply.text()
  }
}, LONG)
afterAll(() => cluster?.stop(), LONG)

type Dialect = (typeof LOAD_DIALECTS)[number]
type Wish = Parameters<Dialect['body']>[0]

const ask = (dialect: Dialect, wish: Wish, signal?: AbortSignal): Promise<Response> =>
  fetch(door.url + dialect.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify(dialect.body(wish)),
    ...(signal === undefined ? {} : { signal }),
  })

const farModels = async (): Promise<readonly WireJson[]> => (await far.ask('GET', '/models/state')).models

const isWorking = async (): Promise<boolean> =>
  (await farModels()).some(({ activeRequests }) => activeRequests > 0)

/** By the ledger of the far node and by the processor time of its engines. */
const isQuiet = async (): Promise<boolean> => {
  if (await isWorking()) return false
  const engines = (await farModels()).flatMap(({ processId }) => processId ?? [])
  expect(engines.length).toBeGreaterThan(0)
  const before = engines.map(processorTicks)
  await Bun.sleep(QUIET_FOR_MS)
  return engines.every((engine, index) => processorTicks(engine) - (before[index] ?? 0) <= QUIET_TICKS)
}

const leaveWhileWorking = async (
  wish: Wish,
  dialect: Dialect,
  until: (asking: Promise<Response>) => Promise<unknown>,
) => {
  const left = new AbortController()
  const asking = ask(dialect, wish, left.signal)
  asking.catch(() => undefined)
  await until(asking)
  await eventually('the far node works on it', isWorking)
  left.abort()
  const leftAt = performance.now()
  await eventually('the engines of the far node are quiet', isQuiet, WITHIN_MS + QUIET_FOR_MS)
  return performance.now() - leftAt
}

describe.each(LOAD_DIALECTS.map((dialect) => [dialect.name, dialect] as const))(
  'a client that speaks %s',
  (_, dialect) => {
    test('and leaves in mid-stream stops the work on the far node within a second', async () => {
      const wish = { model: 'endless', isStream: true, maxTokens: 4000, text: 'Count!' }
      await leaveWhileWorking(wish, dialect, async (asking) => (await asking).body?.getReader().read())
    })

    test('and leaves while a whole answer is written stops it too', async () => {
      const wish = { model: 'endless', isStream: false, maxTokens: 4000, text: 'Count!' }
      await leaveWhileWorking(wish, dialect, () => Promise.resolve())
    })

    test('and leaves while its prompt is read stops that', async () => {
      const wish = { model: 'slow', isStream: true, maxTokens: 10, text: `${dialect.name} ${LONG_TEXT}` }
      await leaveWhileWorking(wish, dialect, () => Promise.resolve())
    })
  },
)

test('after all of them nothing is held, and nothing is counted on', async () => {
  await nodesAreCalm([door, far], 'endless')
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createChatClient } from '../support/chat-client.ts'
import type { ChatClient } from '../support/chat-client.ts'
import { eventually } from '../support/eventually.ts'
import { holdStream } from '../support/held-stream.ts'
import type { HeldStream } from '../support/held-stream.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'
import { jsonOf } from '../support/wire-json.ts'

const SLOTS = 2
const QUEUE_LIMIT = 20
const WAIT_MS = 1500

let node: RunningNode
let client: ChatClient

beforeAll(async () => {
  node = await startNode({
    models: { endless: 'endless', 'known-answer': 'known-answer' },
    environment: {
      CHAT_SLOTS: String(SLOTS),
      ROUTER_QUEUE_LIMIT: String(QUEUE_LIMIT),
      ROUTER_QUEUE_WAIT_MS: String(WAIT_MS),
    },
  })
  client = createChatClient(node.url)
}, 60_000)

afterAll(() => node.stop(), 60_000)

/** Holds every slot of the endless model. */
const occupy = (): Promise<HeldStream[]> =>
  Promise.all(Array.from({ length: SLOTS }, () => holdStream(client, 'endless')))

const letGo = (held: readonly HeldStream[]): void => {
  for (const stream of held) stream.leave()
}

test('a full queue answers 429 with position and ETA, waiting too long answers 503, both with Retry-After', async () => {
  const held = await occupy()
  const responses = await Promise.all(
    Array.from({ length: QUEUE_LIMIT + 30 }, () => client.chat('endless', { max_tokens: 1 })),
  )
  letGo(held)
  const refused = responses.filter(({ status }) => status === 429)
  const timedOut = responses.filter(({ status }) => status === 503)
  expect([refused.length, timedOut.length]).toEqual([30, QUEUE_LIMIT])
  for (const response of [...refused, ...timedOut]) {
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  const { error } = await jsonOf(refused[0] ?? Response.error())
  expect(error).toMatchObject({ type: 'rate_limit_error', code: 'queue_full' })
  expect(error.details.etaMs).toBeGreaterThanOrEqual(0)
}, 30_000)

test('requests that gave up leave the queue, and every other one is served', async () => {
  const held = await occupy()
  const leaving = new AbortController()
  const left = Array.from({ length: 10 }, () =>
    client.chat('endless', { max_tokens: 1 }, leaving.signal).then(
      () => 'answered',
      () => 'left',
    ),
  )
  const staying = Array.from({ length: 10 }, () => client.chat('endless', { max_tokens: 1 }))
  await eventually('twenty wait', async () => {
    const { queue } = (await (await fetch(`${node.url}/status`)).json()) as { queue: { waiting: number } }
    return queue.waiting === 20
  })
  leaving.abort()
  expect(new Set(await Promise.all(left))).toEqual(new Set(['left']))
  letGo(held)
  const served = await Promise.all(staying)
  expect(served.map(({ status }) => status)).toEqual(Array<number>(10).fill(200))
  await eventually('the queue is empty', async () => {
    const { queue } = (await (await fetch(`${node.url}/status`)).json()) as {
      queue: { waiting: number; running: number }
    }
    return queue.waiting === 0 && queue.running === 0
  })
}, 30_000)

test('a full lane of one model does not hold up another', async () => {
  const held = await occupy()
  expect((await client.chat('known-answer')).status).toBe(200)
  letGo(held)
}, 30_000)

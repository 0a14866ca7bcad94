import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createChatClient } from '../support/chat-client.ts'
import type { ChatClient } from '../support/chat-client.ts'
import { eventually } from '../support/eventually.ts'
import { holdStream } from '../support/held-stream.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'

let node: RunningNode
let client: ChatClient

/** What one of these models takes when it is open, as the ledger grants it. */
const measureGrant = async (): Promise<number> => {
  const probe = await startNode({ models: { a: 'endless' } })
  try {
    const probeClient = createChatClient(probe.url)
    await (await probeClient.chat('a', { max_tokens: 1 })).text()
    let bytes = 0
    await eventually('the ledger knows the model', async () => {
      bytes = (await probeClient.state()).find(({ id }) => id === 'a')?.memoryBytes ?? 0
      return bytes > 0
    })
    return bytes
  } finally {
    await probe.stop()
  }
}

beforeAll(async () => {
  const budget = Math.floor((await measureGrant()) * 2.5)
  node = await startNode({
    models: { a: 'endless', b: 'endless', c: 'endless' },
    environment: { MODEL_STORE_MEMORY_BYTES: String(budget), CHAT_MEMORY_WAIT_MS: '20000' },
  })
  client = createChatClient(node.url)
}, 90_000)

afterAll(() => node.stop(), 60_000)

const open = async (): Promise<string[]> =>
  (await client.state()).filter(({ state }) => ['ready', 'busy'].includes(state)).map(({ id }) => id)

const isOpen = (...models: string[]): Promise<void> =>
  eventually(
    `${models.join(' and ')} are open`,
    async () => (await open()).toSorted().join() === models.toSorted().join(),
  )

test('two models fit; a third takes the place of the one that was idle for longest', async () => {
  await (await client.chat('a', { max_tokens: 1 })).text()
  await (await client.chat('b', { max_tokens: 1 })).text()
  await isOpen('a', 'b')
  expect((await client.chat('c', { max_tokens: 1 })).status).toBe(200)
  await isOpen('b', 'c')
}, 30_000)

test('a busy model is never evicted: the idle one goes, though it was used last', async () => {
  const busy = await holdStream(client, 'b')
  await (await client.chat('c', { max_tokens: 1 })).text()
  expect((await client.chat('a', { max_tokens: 1 })).status).toBe(200)
  await isOpen('a', 'b')
  busy.leave()
}, 30_000)

test('with both busy the third waits, and is served as soon as one is done', async () => {
  const streams = [await holdStream(client, 'a'), await holdStream(client, 'b')]
  const waiting = client.chat('c', { max_tokens: 1 })
  expect(await Promise.race([waiting.then(() => 'served'), Bun.sleep(1500).then(() => 'waiting')])).toBe(
    'waiting',
  )
  streams[0]?.leave()
  expect((await waiting).status).toBe(200)
  await isOpen('b', 'c')
  streams[1]?.leave()
}, 30_000)

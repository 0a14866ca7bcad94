import { expect, test } from 'bun:test'
import { createChatClient } from '../support/chat-client.ts'
import { eventually } from '../support/eventually.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'

const TURN_MS = 10_000
const REQUESTS = 20

/** What the model takes when it is open, as the ledger grants it. */
const measureGrant = async (): Promise<number> => {
  const node = await startNode({ models: { a: 'endless' } })
  try {
    const client = createChatClient(node.url)
    await (await client.chat('a', { max_tokens: 1 })).text()
    let bytes = 0
    await eventually('the ledger knows the model', async () => {
      bytes = (await client.state()).find(({ id }) => id === 'a')?.memoryBytes ?? 0
      return bytes > 0
    })
    return bytes
  } finally {
    await node.stop()
  }
}

const readEvictions = async (node: RunningNode): Promise<number> => {
  const figures = await (await fetch(`${node.url}/metrics`)).text()
  return Number(/^skein_model_store_evictions_total\{?.*\}? (\d+)$/m.exec(figures)?.[1] ?? Number.NaN)
}

/** Twenty requests for each of two models, all at once, on a node that has memory for one of them. */
const askForBoth = async (
  bytes: number,
  turnMs: number,
): Promise<{ evictions: number; statuses: readonly number[] }> => {
  const node = await startNode({
    models: { a: 'endless', b: 'endless' },
    environment: {
      MODEL_STORE_MEMORY_BYTES: String(Math.floor(bytes * 1.5)),
      CHAT_SLOTS: '1',
      ROUTER_MODEL_TURN_MS: String(turnMs),
    },
  })
  try {
    const client = createChatClient(node.url)
    const statuses = await Promise.all(
      Array.from({ length: 2 * REQUESTS }, async (_, at) => {
        const reply = await client.chat(at % 2 === 0 ? 'a' : 'b', { max_tokens: 20 })
        await reply.text()
        return reply.status
      }),
    )
    return { evictions: await readEvictions(node), statuses }
  } finally {
    await node.stop()
  }
}

test('two busy models of which one fits into memory take turns, instead of being loaded for every request', async () => {
  const { evictions, statuses } = await askForBoth(await measureGrant(), TURN_MS)
  expect(statuses).toEqual(Array<number>(2 * REQUESTS).fill(200))
  // Without turns there is one for nearly every request; a few come before the router knows how large the two are.
  expect(evictions).toBeGreaterThanOrEqual(1)
  expect(evictions).toBeLessThan(REQUESTS / 2)
}, 90_000)

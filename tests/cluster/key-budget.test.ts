import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eventually } from '../support/eventually.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'
import { jsonOf } from '../support/wire-json.ts'

const LONG = 60_000

let node: RunningNode
beforeAll(async () => {
  node = await startNode()
}, LONG)
afterAll(() => node.stop(), LONG)

const tokens = (method: string, body?: object) =>
  fetch(`${node.url}/v1/tokens`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })

test(
  'real tokens of prompt and answer are charged to the key, and a budget that they spend ends its chats',
  async () => {
    const made = await jsonOf(tokens('POST', { label: 'x', tokenBudget: { tokens: 5, period: 'total' } }))
    const chat = () =>
      fetch(`${node.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${made.token}` },
        body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello!' }] }),
      })
    const { usage } = await jsonOf(chat())
    expect(usage.total_tokens).toBeGreaterThan(5)
    const used = async (): Promise<number> => (await jsonOf(tokens('GET'))).data[0].tokensUsed
    await eventually('the tokens are charged', async () => (await used()) === usage.total_tokens)
    const refused = await chat()
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBeNull()
    expect((await jsonOf(refused)).error.message).toContain('5 tokens, is spent')
  },
  LONG,
)

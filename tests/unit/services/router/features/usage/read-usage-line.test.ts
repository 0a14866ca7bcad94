import { expect, test } from 'bun:test'
import { readUsageLine } from '@service/router/features/usage/read-usage-line.ts'

const usage = {
  visitId: 'v1',
  model: 'llama',
  promptTokens: 3,
  cachedTokens: 1,
  completionTokens: 2,
  reasoningTokens: 0,
  firstTokenMs: null,
  decodeMs: 1.5,
  loadMs: 0,
}

test('a line of a feed is what one piece of work took', () => {
  expect(readUsageLine(JSON.stringify(usage))).toEqual(usage as never)
})

test.each([
  ['no JSON', '{'],
  ['an array', '[]'],
  ['a missing count', JSON.stringify({ ...usage, promptTokens: undefined })],
  ['a negative count', JSON.stringify({ ...usage, promptTokens: -1 })],
  ['a fraction of a token', JSON.stringify({ ...usage, completionTokens: 0.5 })],
  ['a time without end', '{"visitId":"v1","decodeMs":1e999}'],
  ['a model that cannot be one', JSON.stringify({ ...usage, model: '__proto__' })],
  ['an id without end', JSON.stringify({ ...usage, visitId: 'v'.repeat(1000) })],
])('%s is nothing', (_, line) => {
  expect(readUsageLine(line)).toBeUndefined()
})

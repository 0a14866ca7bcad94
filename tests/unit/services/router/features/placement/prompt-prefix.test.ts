import { describe, expect, test } from 'bun:test'
import { createPromptPrefix } from '@service/router/features/placement/prompt-prefix.ts'
import type { DialectName } from '@shared/contracts/route-manifest.ts'

const prefixOf = createPromptPrefix()
const LONG = 'A long text of many words that goes on. '.repeat(100)

const read = (dialect: DialectName, body: object): readonly number[] =>
  prefixOf(dialect, new TextEncoder().encode(JSON.stringify(body)))?.hashes ?? []

const FIELDS: readonly [DialectName, string, unknown][] = [
  ['openai', 'messages', [{ role: 'user', content: LONG }]],
  ['openai', 'prompt', LONG],
  ['openai', 'input', [{ role: 'user', content: LONG }]],
  ['openai', 'instructions', LONG],
  ['openai', 'tools', [{ type: 'function', function: { name: LONG } }]],
  ['anthropic', 'system', LONG],
  ['anthropic', 'tools', [{ name: LONG }]],
  ['anthropic', 'messages', [{ role: 'user', content: LONG }]],
  ['ollama', 'messages', [{ role: 'user', content: LONG }]],
  ['ollama', 'prompt', LONG],
  ['ollama', 'system', LONG],
  ['ollama', 'context', Array.from({ length: 2000 }, (_, at) => at)],
  ['localai', 'instruction', LONG],
  ['toolpiper', 'messages', [{ role: 'user', content: LONG }]],
]

describe.each(FIELDS)('%s: %s', (dialect, field, value) => {
  test('is a part of the prompt, and other fields are not', () => {
    const chain = read(dialect, { [field]: value })
    expect(chain.length).toBeGreaterThan(5)
    expect(read(dialect, { model: LONG, [field]: value, temperature: 1, metadata: { a: LONG } })).toEqual([
      ...chain,
    ])
  })
})

test('what is said first comes first, wherever it stands in the body', () => {
  const messages = [{ role: 'user', content: LONG }]
  const together = read('anthropic', { messages, system: LONG })
  const system = read('anthropic', { system: LONG })
  expect(together.slice(0, system.length)).toEqual([...system])
})

test('a body without a prompt has no prefix', () => {
  expect(read('openai', { model: 'a' })).toEqual([])
  expect(prefixOf('openai', new Uint8Array())).toBeUndefined()
})

test('hashes are whole numbers that all nodes agree on', () => {
  const [first] = read('openai', { prompt: 'a'.repeat(300) })
  expect(first).toBe(5381307404184203)
})

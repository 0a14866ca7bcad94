import { describe, expect, test } from 'bun:test'
import { BLOCK_ENDS } from '@service/router/policy/placement/prefix-blocks.ts'
import { PrefixReader } from '@service/router/policy/placement/prefix-chain.ts'
import type { HashBytes } from '@service/router/policy/placement/prefix-chain.ts'
import * as fc from 'fast-check'

const hash: HashBytes = (bytes, seed) => Number(Bun.hash.xxHash64(Buffer.from(bytes), BigInt(seed)) >> 11n)
const reader = new PrefixReader(hash)
const FIELDS = ['tools', 'system', 'messages', 'prompt']

const read = (body: unknown): readonly number[] =>
  reader.read(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), FIELDS)?.hashes ?? []

const sharedCount = (left: readonly number[], right: readonly number[]): number => {
  const at = left.findIndex((each, position) => each !== right[position])
  return at < 0 ? left.length : at
}

const text = (seed: string, bytes: number): string =>
  `${seed} says this. `.repeat(Math.ceil(bytes / 12)).slice(0, bytes)
const turn = (role: string, content: string) => ({ role, content })

describe('a conversation that grows', () => {
  const first = [turn('system', text('tom', 4000)), turn('user', text('ann', 900))]
  const second = [...first, turn('assistant', text('bot', 700)), turn('user', 'And then?')]

  test('shares all blocks of its beginning', () => {
    const before = read({ model: 'a', messages: first, stream: true })
    const after = read({ stream: false, messages: second, model: 'a' })
    expect(before.length).toBeGreaterThan(8)
    expect(after.length).toBeGreaterThan(before.length)
    expect(after.slice(0, before.length)).toEqual([...before])
  })

  test('shares them whatever white space there is and wherever the fields stand', () => {
    const pretty = JSON.stringify({ messages: second, model: 'b' }, undefined, 3)
    expect(read(pretty)).toEqual([...read({ messages: second })])
    const tools = [{ name: text('tool', 600) }]
    expect(read({ messages: second, tools })).toEqual([...read({ tools, messages: second })])
    expect(sharedCount(read({ messages: second }), read({ messages: second, tools }))).toBe(0)
  })

  test('shares them although Anthropic’s clients move their cache marks on', () => {
    const mark = { cache_control: { type: 'ephemeral' } }
    const part = (content: string, extra: object = {}) => [{ type: 'text', text: content, ...extra }]
    const long = text('ann', 3000)
    const before = read({
      messages: [
        { role: 'user', content: part(long, mark) },
        { role: 'user', content: part('x', mark) },
      ],
    })
    const after = read({
      messages: [
        { role: 'user', content: part(long) },
        { role: 'user', content: [{ ...mark, type: 'text', text: 'x' }] },
        { role: 'assistant', content: part(text('bot', 2000)) },
      ],
    })
    expect(before.length).toBeGreaterThan(5)
    expect(sharedCount(before, after)).toBe(before.length)
  })

  test('is not shorter for a mark in what somebody says', () => {
    const said = (mark: string) => read({ prompt: `"cache_control": ${mark} ${text('ann', 900)}` })
    expect(sharedCount(said('1'), said('2'))).toBe(0)
    expect(
      sharedCount(read({ prompt: ['cache_control', text('a', 900)] }), read({ prompt: [text('a', 900)] })),
    ).toBe(0)
  })

  test('shares them in every shape that clients send', () => {
    const content = fc.oneof(
      fc.string({ maxLength: 2000, unit: 'binary' }),
      fc.array(fc.record({ type: fc.constant('text'), text: fc.string({ maxLength: 500 }) }), {
        maxLength: 3,
      }),
    )
    const message = fc.record({ role: fc.constantFrom('user', 'assistant'), content })
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 6 }),
        fc.array(message, { maxLength: 4 }),
        fc.constantFrom(undefined, 1, '\t'),
        (known, more, indentation) => {
          const before = read(JSON.stringify({ messages: known }, undefined, indentation))
          const after = read({ messages: [...known, ...more] })
          expect(after.slice(0, before.length)).toEqual([...before])
        },
      ),
      { numRuns: 300 },
    )
  })
})

test('another beginning shares nothing, another end all but the end', () => {
  const body = (start: string, end: string) => ({ prompt: start + text('ann', 20_000) + end })
  expect(sharedCount(read(body('a', '')), read(body('b', '')))).toBe(0)
  const one = read(body('', 'a'.repeat(3000)))
  const other = read(body('', 'b'.repeat(3000)))
  const shared = sharedCount(one, other)
  const end = 'prompt:"'.length + 20_000
  expect(BLOCK_ENDS[shared - 1]).toBeLessThanOrEqual(end)
  expect(BLOCK_ENDS[shared]).toBeGreaterThan(end)
})

test('lists of numbers are told apart by their commas', () => {
  const tail = Array.from({ length: 400 }, () => 5)
  expect(sharedCount(read({ prompt: [1, 23, ...tail] }), read({ prompt: [12, 3, ...tail] }))).toBe(0)
})

test('a megabyte is covered by 128 hashes, and no more are made', () => {
  expect(BLOCK_ENDS[127]).toBeGreaterThanOrEqual(2 ** 20)
  expect(read({ prompt: text('ann', 2 ** 20) }).length).toBeLessThanOrEqual(128)
  expect(read({ prompt: text('ann', 5e6) })).toHaveLength(128)
  expect(read({ system: text('ann', 5e6), prompt: 'b' })).toEqual([
    ...read({ system: text('ann', 5e6), prompt: 'a' }),
  ])
})

test('a body that says the same twice is read as parsers read it', () => {
  const twice = `{"prompt":"${text('a', 900)}","prompt":"${text('b', 900)}"}`
  expect(read(twice)).toEqual([...read({ prompt: text('b', 900) })])
})

test.each([
  [''],
  ['[]'],
  ['{'],
  ['{"messages"'],
  ['{"messages":'],
  ['{"messages":[{"role":"user"'],
  ['{"prompt":"short"}'],
  ['{"prompt":null,"messages":[]}'],
  ['"messages"'],
])('%s has no chain', (body) => expect(read(body)).toEqual([]))

test('no bytes whatever make it fail or hang', () => {
  const pieces = fc.array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      '"messages":',
      '"cache_control":',
      '1',
      ' ',
      'é',
      '\0',
    ),
    { maxLength: 200 },
  )
  fc.assert(
    fc.property(pieces, (parts) => void read(`{"messages":${parts.join('')}`)),
    { numRuns: 1000 },
  )
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void reader.read(bytes, FIELDS)))
  const many = `{${Array.from({ length: 100_000 }, (_, at) => `"${at}":1`).join(',')},"prompt":"${text('a', 900)}"}`
  expect(read(many)).toEqual([])
})

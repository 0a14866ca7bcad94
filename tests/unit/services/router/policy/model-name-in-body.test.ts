import { describe, expect, test } from 'bun:test'
import { findModelName } from '@service/router/policy/model-name-in-body.ts'
import { SeededRandom } from '../../../../support/gguf/seeded-random.ts'

const find = (text: string) => findModelName(new TextEncoder().encode(text))

describe('the model is found', () => {
  test.each([
    ['{"model":"a"}'],
    ['  { "stream" : true , "model" : "a" , "x": 1 }'],
    ['{"messages":[{"role":"user","content":"the \\"model\\":\\"b\\" and a brace }"}],"model":"a"}'],
    ['{"a":{"model":"b","c":[{"model":"c"}]},"n":-1.5e3,"t":true,"z":null,"model":"a"}'],
    ['{"path":"C:\\\\","model":"a"}'],
    ['{"model":"a","then":'],
  ])('at the top level of %s', (text) => expect(find(text)).toEqual({ type: 'named', name: 'a' }))

  test('with its escapes read, and characters of several bytes before it', () => {
    expect(find('{"ä😀":"日本\\u0041","model":"a\\u002fb\\"c"}')).toEqual({ type: 'named', name: 'a/b"c' })
  })
})

test('a body without one, with null for one, and an empty one name none', () => {
  for (const text of ['{}', ' {} ', '{"x":{"model":"a"}}', '{"model":null}', '{"x":"model"}']) {
    expect(find(text)).toEqual({ type: 'absent' })
  }
})

test('a model that is no string is told apart', () => {
  for (const text of ['{"model":1}', '{"model":{"id":"a"}}', '{"model":["a"]}', '{"model":true}']) {
    expect(find(text)).toEqual({ type: 'not-text' })
  }
})

test('what is no JSON object is malformed, wherever it ends', () => {
  const whole = '{"a":[1,{"b":"c\\\\"}],"d":"e","model":"f"}'
  const named = whole.indexOf('f"') + 2
  for (let length = 0; length < named; length += 1) {
    expect(find(whole.slice(0, length))).toEqual({ type: 'malformed' })
  }
  for (const text of [
    '[]',
    '"model"',
    'null',
    '{model:"a"}',
    '{"a":1 "model":"a"}',
    '{"a"}',
    '{"a":,"model":"b"}',
  ]) {
    expect(find(text)).toEqual({ type: 'malformed' })
  }
})

test('it agrees with a JSON parser on a thousand bodies', () => {
  const seeded = new SeededRandom(7)
  const random = (): number => seeded.uniform()
  const pick = (count: number): number => Math.floor(random() * count)
  const text = (): string =>
    Array.from({ length: pick(6) }, () => ['"', '\\', 'model', '}', ' ', 'ü', '{', '\n'][pick(8)]).join('')
  const value = (depth: number): unknown => {
    const kind = pick(depth > 3 ? 4 : 6)
    if (kind === 0) return text()
    if (kind === 1) return pick(1000) / 7
    if (kind === 2) return pick(2) === 0
    if (kind === 3) return null
    if (kind === 4) return Array.from({ length: pick(4) }, () => value(depth + 1))
    return Object.fromEntries(
      Array.from({ length: pick(4) }, (_, at) => [`${text()}${at}`, value(depth + 1)]),
    )
  }
  for (let round = 0; round < 1000; round += 1) {
    const fields = Array.from({ length: pick(4) }, (_, at): [string, unknown] => [`${text()}${at}`, value(0)])
    if (pick(2) === 0) fields.splice(pick(fields.length + 1), 0, ['model', `m${text()}`])
    const body = Object.fromEntries(fields)
    const model = body['model']
    const spaces = pick(3)
    expect(find(JSON.stringify(body, null, spaces))).toEqual(
      typeof model === 'string' ? { type: 'named', name: model } : { type: 'absent' },
    )
  }
})

test('a body of 20 MB of pictures is looked through in a moment', () => {
  const picture = 'A'.repeat(5_000_000)
  const body = new TextEncoder().encode(
    JSON.stringify({ messages: Array.from({ length: 4 }, () => ({ url: picture })), model: 'a' }),
  )
  const startedAt = performance.now()
  expect(findModelName(body)).toEqual({ type: 'named', name: 'a' })
  // A parser takes 150 ms for it; the limit leaves room for a busy machine.
  expect(performance.now() - startedAt).toBeLessThan(75)
})

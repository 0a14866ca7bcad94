import { expect, test } from 'bun:test'
import { createGeneratedText } from '../../../../../../services/chat/engines/node-llama-cpp/generated-text.ts'

/** Every token is one byte. */
const byteByByte = (tokens: readonly number[]): string => new TextDecoder().decode(Uint8Array.from(tokens))

const push = (bytes: readonly number[], stops: readonly string[] = []) => {
  const answer = createGeneratedText({ detokenize: byteByByte, before: [], stops: stops })
  const texts = bytes.map((byte) => answer.push(byte).text)
  return { texts, rest: answer.rest() }
}

const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)]

test('a character goes out when its last byte is there', () => {
  expect(push(bytesOf('aé😀b')).texts).toEqual(['a', '', 'é', '', '', '', '😀', 'b'])
})

test('what comes before half a character goes out at once', () => {
  const twoBytes = (tokens: readonly number[]): string =>
    byteByByte(tokens.flatMap((token) => [token >> 8, token & 255]))
  const answer = createGeneratedText({ detokenize: twoBytes, before: [], stops: [] })
  const [e1, e2] = bytesOf('é') as [number, number]
  expect(answer.push((97 << 8) | e1).text).toBe('a')
  expect(answer.push((e2 << 8) | e1).text).toBe('é')
  expect(answer.push((e2 << 8) | 98).text).toBe('éb')
})

test('bytes that never become a character do not hold up the answer', () => {
  const { texts, rest } = push([0xff, 0xff, 0xff, 0xff, 0xff, 97, 98])
  expect(texts.slice(0, 3)).toEqual(['', '', ''])
  expect(texts.join('')).toBe('\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDab')
  expect(rest).toBe('')
})

test('half a character at the end is shown as such', () => {
  const { texts, rest } = push(bytesOf('ab😀').slice(0, 4))
  expect(texts.join('')).toBe('ab')
  expect(rest).toMatch(/^\uFFFD+$/)
})

test('a replacement character that the model means goes out', () => {
  const { texts, rest } = push(bytesOf('a\uFFFDb'))
  expect(texts.join('') + rest).toBe('a\uFFFDb')
})

test('text is read after the tokens before it, which decide on spaces', () => {
  const words = (tokens: readonly number[], before: readonly number[]): string =>
    tokens.map((token, index) => (index === 0 && before.length === 0 ? '' : ' ') + token).join('')
  const answer = createGeneratedText({ detokenize: words, before: [7], stops: [] })
  expect([answer.push(1).text, answer.push(2).text]).toEqual([' 1', ' 2'])
  expect(createGeneratedText({ detokenize: words, before: [], stops: [] }).push(1).text).toBe('1')
})

test('a stop string is found in whole characters', () => {
  const answer = createGeneratedText({ detokenize: byteByByte, before: [], stops: ['€'] })
  const pieces = bytesOf('5 €').map((byte) => answer.push(byte))
  expect(pieces.map(({ text }) => text).join('')).toBe('5 ')
  expect(pieces.map(({ stopText }) => stopText ?? '')).toEqual(['', '', '', '', '€'])
})

test('control tokens that are asked for are part of the text, others are not', () => {
  const words = (tokens: readonly number[]): string =>
    tokens.map((token) => (token < 5 ? '' : ` ${token}`)).join('')
  const answer = createGeneratedText({
    detokenize: words,
    before: [],
    stops: [],
    markers: new Map([[1, '[CALL]']]),
  })
  expect([7, 2, 1, 8].map((token) => answer.push(token).text)).toEqual([' 7', '', '[CALL]', ' 8'])
})

test('half a character before a marker goes out before it', () => {
  const answer = createGeneratedText({
    detokenize: byteByByte,
    before: [],
    stops: [],
    markers: new Map([[1, '[CALL]']]),
  })
  expect([...bytesOf('é').slice(0, 1), 1, 97].map((token) => answer.push(token).text)).toEqual([
    '',
    '\uFFFD[CALL]',
    'a',
  ])
})

test('every token is told with the text that it made whole, stop strings included', () => {
  const told: [number, string][] = []
  const answer = createGeneratedText({
    detokenize: byteByByte,
    before: [],
    stops: ['b'],
    onText: (token, text) => told.push([token, text]),
  })
  for (const byte of bytesOf('éb')) answer.push(byte)
  expect(told.map(([, text]) => text)).toEqual(['', 'é', 'b'])
  expect(told.map(([token]) => token)).toEqual(bytesOf('éb'))
})

import { expect, test } from 'bun:test'
import { tokenBytes } from '../../../../../../services/chat/engines/node-llama-cpp/token-bytes.ts'

const textOf = (piece: string, vocabulary: 'bytes' | 'text'): string =>
  new TextDecoder().decode(Uint8Array.from(tokenBytes(piece, vocabulary)))

test('SentencePiece marks spaces, and has tokens of single bytes', () => {
  expect(textOf('\u2581Grüße', 'text')).toBe(' Grüße')
  expect(tokenBytes('<0xF0>', 'text')).toEqual([0xf0])
  expect(textOf('<0xF0', 'text')).toBe('<0xF0')
})

test('GPT-2 has a character for each byte', () => {
  expect(textOf('\u0120Hello', 'bytes')).toBe(' Hello')
  expect(textOf('\u010A', 'bytes')).toBe('\n')
  expect(textOf('Gr\u00C3\u00BC\u00C3\u0141e', 'bytes')).toBe('Grüße')
  expect(tokenBytes('\u00F0\u0141', 'bytes')).toEqual([0xf0, 0x9f])
})

test('markers and added tokens are what they look like', () => {
  expect(textOf('<|im_end|>', 'bytes')).toBe('<|im_end|>')
  expect(textOf('two words', 'bytes')).toBe('two words')
  expect(textOf('字', 'bytes')).toBe('字')
})

test('every byte has its character', () => {
  const spelled = Array.from({ length: 512 }, (_, code) => tokenBytes(String.fromCodePoint(code), 'bytes'))
  const single = spelled.filter((bytes) => bytes.length === 1).map(([byte]) => byte)
  expect(new Set(single).size).toBe(256)
})

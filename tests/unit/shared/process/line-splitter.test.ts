import { expect, test } from 'bun:test'
import { createLineSplitter } from '@shared/process/line-splitter.ts'

const split = (...pieces: readonly string[]): readonly string[] => {
  const lines: string[] = []
  const splitter = createLineSplitter((line) => void lines.push(line))
  for (const piece of pieces) splitter.write(piece)
  splitter.end()
  return lines
}

test('puts lines together that come in pieces', () => {
  expect(split('a', 'b\nc', '\n', 'd')).toEqual(['ab', 'c', 'd'])
})

test('takes both kinds of line ends, and keeps empty lines', () => {
  expect(split('one\r\n\ntwo\n')).toEqual(['one', '', 'two'])
})

test('cuts what never ends into pieces, so that it cannot fill the memory', () => {
  const lines = split('x'.repeat(20_000), 'x'.repeat(20_000), '\n')
  expect(lines.join('')).toBe('x'.repeat(40_000))
  expect(lines.length).toBeGreaterThan(1)
})

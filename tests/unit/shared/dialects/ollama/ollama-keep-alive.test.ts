import { expect, test } from 'bun:test'
import { decodeOllamaKeepAlive } from '@shared/dialects/ollama/ollama-keep-alive.ts'
import { Fault } from '@shared/fault/fault.ts'

const durations: [unknown, number | undefined][] = [
  [undefined, undefined],
  [null, undefined],
  ['', undefined],
  [0, 0],
  [300, 300_000],
  [0.5, 500],
  [-1, -1],
  [-20, -1],
  ['0', 0],
  ['-1', -1],
  ['300', 300_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['2s500ms', 2500],
  ['-1m', -1],
]
test.each(durations)('%j is %p milliseconds', (value, durationMs) => {
  expect(decodeOllamaKeepAlive(value)).toBe(durationMs as number)
})

test('what is neither seconds nor a duration is refused by name', () => {
  const nonsense = ['soon', '5 m', '1d', 'm5', '--1', true, {}, [], Number.NaN, Number.POSITIVE_INFINITY]
  for (const value of nonsense) {
    expect(() => decodeOllamaKeepAlive(value)).toThrow(Fault)
    expect(() => decodeOllamaKeepAlive(value)).toThrow("'keep_alive'")
  }
})

test('a very long text is refused without reading it', () => {
  expect(() => decodeOllamaKeepAlive('1h'.repeat(1_000_000))).toThrow("'keep_alive'")
})

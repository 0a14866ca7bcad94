import { expect, test } from 'bun:test'
import { humanDuration, humanSize } from '../../../../../scripts/skein/terminal/human-values.ts'

test('sizes are decimal, three digits', () => {
  expect([0, 999, 1_850_000, 64_000_000_000].map(humanSize)).toEqual(['0 B', '999 B', '1.85 MB', '64 GB'])
})

test('durations have their two largest units', () => {
  const durations = [0, 0.4, 59.6, 61, 3_725, 273_600, -5].map(humanDuration)
  expect(durations).toEqual(['0 s', '0 s', '1 min', '1 min 1 s', '1 h 2 min', '3 d 4 h', '0 s'])
})

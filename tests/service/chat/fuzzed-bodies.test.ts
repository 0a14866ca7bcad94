import { expect, test } from 'bun:test'
import { runFuzz } from '../../support/fuzz/run-fuzz.ts'

test('1,200 changed bodies: each is answered in an envelope, none with a 500, none hangs', async () => {
  const { failures, statuses } = await runFuzz({ cases: 1200, seed: 20_261_121 })
  expect(failures).toEqual([])
  // Both kinds occur, or the bodies would prove nothing.
  expect(statuses.get(200)).toBeGreaterThan(50)
  expect(statuses.get(400)).toBeGreaterThan(300)
}, 60_000)

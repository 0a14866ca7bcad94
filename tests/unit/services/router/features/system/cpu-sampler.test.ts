import { expect, test } from 'bun:test'
import { createCpuSampler } from '@service/router/features/system/cpu-sampler.ts'
import type { CpuTotals } from '@service/router/features/system/machine-readings.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'

/** A machine whose counters the test sets. */
const startSampler = () => {
  const clock = createManualClock()
  const machine = { totals: { busy: 0, available: 0 } as CpuTotals, reads: 0 }
  const read = createCpuSampler(async () => {
    machine.reads += 1
    return machine.totals
  }, clock)
  return { clock, machine, read }
}

test('the first question measures a quarter of a second', async () => {
  const { clock, machine, read } = startSampler()
  const percent = read()
  await settled()
  await clock.advance(249)
  expect(machine.reads).toBe(1)
  machine.totals = { busy: 30, available: 40 }
  await clock.advance(1)
  expect(await percent).toBe(75)
})

test('later questions tell of the time since the one before, at once', async () => {
  const { clock, machine, read } = startSampler()
  const first = read()
  await settled()
  await clock.advance(250)
  await first
  await clock.advance(5000)
  machine.totals = { busy: 10, available: 1000 }
  expect(await read()).toBe(1)
})

test('many questions within a second are one reading', async () => {
  const { clock, machine, read } = startSampler()
  const first = Promise.all([read(), read(), read()])
  await settled()
  await clock.advance(250)
  await first
  await clock.advance(900)
  await read()
  expect(machine.reads).toBe(2)
})

test('a sample of long ago is not compared with', async () => {
  const { clock, machine, read } = startSampler()
  const first = read()
  await settled()
  await clock.advance(250)
  await first
  await clock.advance(61_000)
  machine.totals = { busy: 500, available: 1000 }
  const percent = read()
  await settled()
  await clock.advance(249)
  machine.totals = { busy: 500, available: 1100 }
  await clock.advance(1)
  expect(await percent).toBe(0)
})

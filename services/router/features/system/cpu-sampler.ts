import { cpuPercent } from '../../policy/cpu-share.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { CpuTotals } from './machine-readings.ts'
import { createRecentReading } from './recent-reading.ts'

/** Two samples that are nearer say little: the counters of Linux go in steps of 10 ms. */
const SHORTEST_MS = 250
/** A percentage of a longer time tells of the past. */
const LONGEST_MS = 60_000
/** Who asks more often gets the same figure. */
const KEPT_MS = 1000

interface Sample {
  readonly totals: CpuTotals
  readonly atMs: number
}

/**
 * How busy the processors are, 0 to 100: since the last question, as far as that was not long ago, else during a quarter
 * of a second from now. Nothing runs while nobody asks.
 */
export const createCpuSampler = (
  read: () => Promise<CpuTotals>,
  clock: RouterClock,
): (() => Promise<number>) => {
  let last: Sample | undefined
  const sample = async (): Promise<Sample> => ({ totals: await read(), atMs: clock.now() })
  const pause = (): Promise<void> => new Promise((resolve) => void clock.after(SHORTEST_MS, resolve))
  const measure = async (): Promise<number> => {
    const isRecent = last !== undefined && clock.now() - last.atMs <= LONGEST_MS
    const earlier = isRecent && last !== undefined ? last : await sample()
    if (clock.now() - earlier.atMs < SHORTEST_MS) await pause()
    last = await sample()
    return cpuPercent(earlier.totals, last.totals)
  }
  return createRecentReading(measure, KEPT_MS, () => clock.now())
}

import { pause } from './clock.ts'
import type { Clock } from './clock.ts'
import type { SupervisionTiming } from './supervision-timing.ts'

export interface HealthWatch {
  readonly probe: (signal: AbortSignal) => Promise<void>
  readonly timing: SupervisionTiming
  readonly clock: Clock
  readonly onReady: () => void
  /** Fires when the child is gone and the watch is of no more use. */
  readonly signal: AbortSignal
}

/**
 * Waits for the first answer of a child, then asks again and again. Resolves with the reason why the child is to be
 * killed, or with anything once `signal` fired.
 */
export const watchHealth = async (watch: HealthWatch): Promise<string> => {
  if (!(await isReadyInTime(watch)))
    return `did not answer within ${watch.timing.readyWithinMs} ms of its start`
  if (!watch.signal.aborted) watch.onReady()
  const { clock, signal, timing } = watch
  let failures = 0
  while (!signal.aborted && failures < timing.hungAfterProbes) {
    await pause(clock, timing.probeEveryMs, signal)
    failures = (await doesAnswer(watch)) ? 0 : failures + 1
  }
  return `hung: ${failures} health checks in a row failed`
}

const isReadyInTime = async (watch: HealthWatch): Promise<boolean> => {
  const { clock, signal, timing } = watch
  const deadlineMs = clock.now() + timing.readyWithinMs
  while (!signal.aborted && clock.now() < deadlineMs) {
    if (await doesAnswer(watch)) return true
    await pause(clock, timing.startProbeEveryMs, signal)
  }
  return false
}

/** One probe, given up after its time-out. */
const doesAnswer = async ({ probe, clock, timing, signal }: HealthWatch): Promise<boolean> => {
  const timeout = new AbortController()
  const answered = new AbortController()
  const answer = probe(AbortSignal.any([timeout.signal, signal])).then(
    () => true,
    () => false,
  )
  const tooLate = pause(clock, timing.probeTimeoutMs, AbortSignal.any([answered.signal, signal])).then(
    () => false,
  )
  const isAnswered = await Promise.race([answer, tooLate])
  timeout.abort()
  answered.abort()
  return isAnswered
}

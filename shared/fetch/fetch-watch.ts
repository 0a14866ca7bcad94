import { Fault } from '@shared/fault/fault.ts'
import type { Clock } from '@shared/process/clock.ts'
import type { FetchLimits } from './fetch-policy.ts'

/** Connecting and waiting have their own limits; while the reader takes its time, only the total one runs. */
export type FetchStage = 'connecting' | 'waiting' | 'reading'

/** The limits in time of one fetch, and its caller's signal, as one signal. */
export interface FetchWatch {
  /** Fires with a Fault `unavailable` on a time-out, with the caller's reason when the caller leaves. */
  readonly signal: AbortSignal
  enter(stage: FetchStage): void
  /** Rejects as soon as the signal fires, whatever becomes of the work. */
  race<Value>(work: Promise<Value>): Promise<Value>
  /** Stops all timers and lets everything that still runs end. May be called again. */
  end(): void
}

export interface WatchOptions {
  readonly limits: FetchLimits
  readonly clock: Clock
  readonly param: string
  readonly callerSignal: AbortSignal | undefined
}

export const createFetchWatch = ({ limits, clock, param, callerSignal }: WatchOptions): FetchWatch => {
  const aborting = new AbortController()
  const limitOf: Record<FetchStage, number> = {
    connecting: limits.connectTimeoutMs,
    waiting: limits.idleTimeoutMs,
    reading: Infinity,
  }
  const startTimer = (delayMs: number, what: string): (() => void) =>
    Number.isFinite(delayMs)
      ? clock.after(delayMs, () => aborting.abort(timeOut(param, what)))
      : () => undefined
  const leave = (): void => aborting.abort(callerSignal?.reason)
  if (callerSignal?.aborted) leave()
  callerSignal?.addEventListener('abort', leave)
  const stopTotal = startTimer(limits.totalTimeoutMs, 'could not be read to its end in time')
  let stopStage = (): void => undefined
  return {
    signal: aborting.signal,
    enter(stage) {
      stopStage()
      stopStage = startTimer(
        limitOf[stage],
        stage === 'connecting' ? 'could not be reached in time' : 'was silent for too long',
      )
    },
    race: (work) => raceWith(work, aborting.signal),
    end() {
      stopStage()
      stopTotal()
      callerSignal?.removeEventListener('abort', leave)
      aborting.abort()
    },
  }
}

const timeOut = (param: string, what: string): Fault =>
  new Fault('unavailable', `The server of the URL in '${param}' ${what}; try again later.`, { param })

const raceWith = <Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const give = (): void => reject(signal.reason)
  if (signal.aborted) give()
  signal.addEventListener('abort', give)
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', give))
}

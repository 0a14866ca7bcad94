import {
  RESPONSES_DONE,
  RESPONSES_KEEP_ALIVE,
  responsesFrame,
} from '@shared/dialects/openai/responses/responses-frames.ts'
import type { WrittenEvent } from '@shared/dialects/openai/responses/responses-frames.ts'
import { Fault } from '@shared/fault/fault.ts'
import { checkKept } from './event-buffer.ts'
import type { ResponseDesk } from './response-desk.ts'
import type { ResponseRun } from './response-run.ts'
import type { ResponseStore } from './response-store.ts'

/** Timers, so that tests can hold them. */
export interface ResponseClock {
  /** Calls back once; the returned function takes that back. */
  after(delayMs: number, callback: () => void): () => void
}

export interface FollowResponsePorts {
  readonly desk: ResponseDesk
  readonly store: ResponseStore
  readonly clock: ResponseClock
}

/** @param after the number of the last event that is known already; −1: none */
export type FollowResponse = (id: string, after: number, signal: AbortSignal) => AsyncIterable<string>

const KEEP_ALIVE_MS = 30_000
const EVENTS_PER_READ = 512

/**
 * The frames of a response from some event on: first those that were told already, then those that come, until it ends.
 * @throws Fault before anything is told: `not_found`, `invalid_request` when its events were never kept,
 * `conflict` when they are not kept any more
 */
export const createFollowResponse =
  ({ clock, desk, store }: FollowResponsePorts): FollowResponse =>
  (id, after, signal) => {
    desk.get(id)
    const run = desk.running(id)
    if (!(run?.facts.keepsEvents ?? store.find(id)?.isStreamed ?? false)) {
      throw new Fault(
        'invalid_request',
        'This response was not created with stream: true, so it has no events.',
        {
          param: 'stream',
        },
      )
    }
    if (run !== undefined) {
      run.eventsAfter(after)
      return followRun(run, after, { clock, signal })
    }
    checkKept(store.events(id, after, 1).oldest ?? 0, after)
    return replay(store, id, after)
  }

async function* replay(store: ResponseStore, id: string, after: number): AsyncGenerator<string> {
  let last = after
  for (;;) {
    const { events } = store.events(id, last, EVENTS_PER_READ)
    yield* events.map(responsesFrame)
    const newest = events.at(-1)
    if (newest === undefined) break
    last = newest.sequence
  }
  yield RESPONSES_DONE
}

interface Patience {
  readonly clock: ResponseClock
  readonly signal: AbortSignal
}

async function* followRun(run: ResponseRun, after: number, patience: Patience): AsyncGenerator<string> {
  let last = after
  while (!patience.signal.aborted) {
    const events: readonly WrittenEvent[] = run.eventsAfter(last)
    for (const event of events) {
      yield responsesFrame(event)
      last = event.sequence
    }
    if (events.length > 0) continue
    if (run.isOver) break
    if (!(await comesInTime(run.changed(), patience))) yield RESPONSES_KEEP_ALIVE
  }
  yield RESPONSES_DONE
}

/** False when nothing has come for so long that the connection needs a sign of life. */
const comesInTime = (change: Promise<void>, { clock, signal }: Patience): Promise<boolean> =>
  new Promise((resolve) => {
    const settle = (hasCome: boolean) => (): void => {
      cancel()
      signal.removeEventListener('abort', leave)
      resolve(hasCome)
    }
    const leave = settle(true)
    const cancel = clock.after(KEEP_ALIVE_MS, settle(false))
    signal.addEventListener('abort', leave)
    void change.then(leave)
  })

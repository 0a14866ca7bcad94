import type { CompletionEvent } from '../completion-engine.ts'
import { MOST_UNREAD_EVENTS } from './engine-messages.ts'

/** Whoever reads the events of one generation, at their own speed. */
export interface EventReader {
  send(event: CompletionEvent): void
  /** Whether so many events are unread that the generation should wait. */
  readonly isBehind: boolean
  /** Resolves when the reader has caught up. @throws the signal's reason */
  caughtUp(signal: AbortSignal): Promise<void>
  /** The reader has taken so many more events. */
  consumed(events: number): void
}

export const createEventReader = (send: (event: CompletionEvent) => void): EventReader => {
  let unread = 0
  let wake: (() => void) | undefined
  const reader: EventReader = {
    send(event) {
      unread += 1
      send(event)
    },
    get isBehind() {
      return unread >= MOST_UNREAD_EVENTS
    },
    async caughtUp(signal) {
      signal.throwIfAborted()
      if (!reader.isBehind) return
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const stop = (): void => reject(signal.reason)
      signal.addEventListener('abort', stop, { once: true })
      wake = resolve
      await promise.finally(() => signal.removeEventListener('abort', stop))
    },
    consumed(events) {
      unread -= events
      if (!reader.isBehind) wake?.()
    },
  }
  return reader
}

import type { RouterClock } from '../admission/router-clock.ts'

/** What happens to a body on its way. Nothing follows an end. */
export interface RelayWatch {
  onFirstChunk(): void
  /** The last byte was handed over. */
  onEnd(): void
  /** The reader went away. */
  onCancel(): void
  /**
   * The source broke after `lastChunk`. What is returned is sent as the last words; without it the connection is cut,
   * so that nobody takes the half for the whole.
   */
  onBroken(error: unknown, lastChunk: Uint8Array | undefined): string | undefined
}

/** How long a reader may leave what was sent to it unread. */
export interface ReaderPatience {
  readonly clock: RouterClock
  readonly unreadMs: number
}

/**
 * Passes a stream on as it comes, each chunk only when there is room for it. A reader that makes no room for too long is
 * cut off, so that the source can do something better.
 */
export const relayBody = (
  source: ReadableStream<Uint8Array>,
  watch: RelayWatch,
  { clock, unreadMs }: ReaderPatience,
): ReadableStream<Uint8Array> => {
  const reader = source.getReader()
  let lastChunk: Uint8Array | undefined
  let endPatience = (): void => undefined
  const cutOff = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    watch.onCancel()
    void reader.cancel()
    controller.error(new Error('The reader does not read.'))
  }
  const finishBroken = (controller: ReadableStreamDefaultController<Uint8Array>, error: unknown): void => {
    const lastWords = watch.onBroken(error, lastChunk)
    if (lastWords === undefined) {
      controller.error(error)
      return
    }
    controller.enqueue(new TextEncoder().encode(lastWords))
    controller.close()
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        endPatience()
        try {
          const { done, value } = await reader.read()
          if (done) {
            watch.onEnd()
            controller.close()
            return
          }
          if (lastChunk === undefined) watch.onFirstChunk()
          lastChunk = value
          controller.enqueue(value)
          endPatience = clock.after(unreadMs, () => cutOff(controller))
        } catch (error) {
          finishBroken(controller, error)
        }
      },
      async cancel(reason) {
        endPatience()
        watch.onCancel()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

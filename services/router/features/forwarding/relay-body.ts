import { UnreadTimer } from './unread-timer.ts'
import type { ReaderPatience } from './unread-timer.ts'

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

/**
 * Passes a stream on as it comes, each chunk only when there is room for it. A reader that makes no room for too long is
 * cut off, so that the source can do something better.
 */
export const relayBody = (
  source: ReadableStream<Uint8Array>,
  watch: RelayWatch,
  patience: ReaderPatience,
): ReadableStream<Uint8Array> => {
  const reader = source.getReader()
  const unread = new UnreadTimer(patience)
  let lastChunk: Uint8Array | undefined
  const cutOff = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    watch.onCancel()
    void reader.cancel()
    controller.error(new Error('The reader does not read.'))
  }
  const finishBroken = (controller: ReadableStreamDefaultController<Uint8Array>, error: unknown): void => {
    unread.end()
    const lastWords = watch.onBroken(error, lastChunk)
    if (lastWords === undefined) return controller.error(error)
    controller.enqueue(new TextEncoder().encode(lastWords))
    controller.close()
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        unread.pause()
        try {
          const { done, value } = await reader.read()
          if (done) {
            unread.end()
            watch.onEnd()
            controller.close()
            return
          }
          if (lastChunk === undefined) watch.onFirstChunk()
          lastChunk = value
          controller.enqueue(value)
          unread.start(() => cutOff(controller))
        } catch (error) {
          finishBroken(controller, error)
        }
      },
      async cancel(reason) {
        unread.end()
        watch.onCancel()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

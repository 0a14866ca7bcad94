import { toFault } from '@shared/fault/to-fault.ts'
import type { Fault } from '@shared/fault/fault.ts'

export interface StreamReplyOptions {
  readonly contentType: 'text/event-stream' | 'application/x-ndjson'
  /** The dialect's last frame for a failure after the status line. */
  readonly faultFrame: (fault: Fault) => string
  /** Called at once when the client leaves, before the frames' iterator is returned (which waits for a frame in work). */
  readonly onCancel?: () => void
  /** Told of every failure that ended the stream. */
  readonly onFault?: (fault: Fault) => void
}

/**
 * Streams text frames as they come. Each frame is asked for only when the client has room (back-pressure); when the
 * client leaves, the frames' iterator is returned, which stops the engine. A failure becomes the dialect's last frame.
 */
export const streamReply = (frames: AsyncIterable<string>, options: StreamReplyOptions): Response => {
  const iterator = frames[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const step = await iterator.next()
        if (step.done) controller.close()
        else controller.enqueue(encoder.encode(step.value))
      } catch (thrown) {
        const fault = toFault(thrown)
        options.onFault?.(fault)
        controller.enqueue(encoder.encode(options.faultFrame(fault)))
        controller.close()
      }
    },
    async cancel() {
      options.onCancel?.()
      await iterator.return?.()
    },
  })
  return new Response(body, {
    headers: {
      'content-type':
        options.contentType === 'text/event-stream'
          ? 'text/event-stream; charset=utf-8'
          : options.contentType,
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    },
  })
}

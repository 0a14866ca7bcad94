import type { PeerCall } from './peer-calls.ts'

/** Replies of a known length up to this are read at once: that is faster than watching them. */
const WHOLE_BYTES = 64 * 1024

const BODILESS_STATUS = [101, 204, 205, 304]

/** The reply of a call, which is closed with its last byte. A body that breaks fails with what `failureOf` makes of it. */
export const replyOfCall = async (
  reply: Response,
  call: PeerCall,
  failureOf: (error: unknown) => unknown,
): Promise<Response> => {
  const { body, headers, status } = reply
  if (body === null || BODILESS_STATUS.includes(status)) {
    call.close()
    return reply
  }
  const length = headers.get('content-length')
  if (length !== null && Number(length) <= WHOLE_BYTES) {
    const whole = await reply.arrayBuffer()
    call.close()
    return new Response(whole, { status, headers })
  }
  return new Response(watched(body, call, failureOf), { status, headers })
}

const watched = (
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  call: PeerCall,
  failureOf: (error: unknown) => unknown,
): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (!done) return controller.enqueue(value)
          call.close()
          controller.close()
        } catch (error) {
          call.close()
          controller.error(failureOf(error))
        }
      },
      async cancel(reason) {
        call.close()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

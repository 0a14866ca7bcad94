import type { ForeignFetcher, ForeignRequest } from './foreign-fetcher.ts'
import type { ForeignReply } from './foreign-reply.ts'

/** The part of `fetch` that clients of a protocol use. */
export type FetchFunction = (url: string | URL, init?: RequestInit) => Promise<Response>

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
const WITHOUT_BODY = new Set([204, 205, 304])

/**
 * A fetcher in the shape of `fetch`, for libraries that take one: every request that they make, also to URLs that a
 * server told them, passes the policy. Bodies are text or bytes, a redirect may be left to the caller;
 * the other options of `fetch` are about browsers. Rejects with the Faults of the fetcher.
 */
export const createFetchFunction =
  (fetcher: ForeignFetcher, param: string): FetchFunction =>
  async (url, init = {}) => {
    const body = bodyOf(init.body)
    const reply = await fetcher.fetch({
      url: String(url),
      param,
      method: methodOf(init.method),
      headers: new Headers(init.headers).toJSON(),
      redirect: redirectOf(init.redirect),
      ...(body === undefined ? {} : { body }),
      ...(init.signal ? { signal: init.signal } : {}),
    })
    const { status, headers } = reply
    if (!WITHOUT_BODY.has(status)) return new Response(streamOf(reply), { status, headers })
    reply.close()
    return new Response(null, { status, headers })
  }

/** Cancelling ends the connection at once, also while the server is silent. */
const streamOf = ({ body, close }: ForeignReply): ReadableStream<Uint8Array> => {
  const pieces = body[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    cancel: close,
  })
}

const redirectOf = (redirect: RequestInit['redirect'] = 'follow'): 'follow' | 'manual' => {
  if (redirect === 'error') throw new TypeError("The redirect mode 'error' is not supported")
  return redirect
}

const methodOf = (given = 'GET'): NonNullable<ForeignRequest['method']> => {
  const method = given.toUpperCase()
  if (!METHODS.has(method)) throw new TypeError(`The method ${method} is not supported`)
  // One of the set above, which lists the type.
  return method as NonNullable<ForeignRequest['method']>
}

const bodyOf = (body: RequestInit['body']): Uint8Array | undefined => {
  if (body === undefined || body === null) return undefined
  if (body instanceof Uint8Array) return body
  if (typeof body === 'string' || body instanceof URLSearchParams) return Buffer.from(String(body))
  throw new TypeError('A body is text or bytes')
}

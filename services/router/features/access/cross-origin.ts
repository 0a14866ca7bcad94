/** Headers of our replies that a page may read. */
const EXPOSED =
  'x-request-id, request-id, retry-after, x-skein-warnings, x-skein-queue-ms, x-skein-node, x-skein-route, x-skein-nodes-missing, x-skein-fault'
/** Seconds for which a browser need not ask again. */
const PREFLIGHT_SECONDS = 600

export const isPreflight = ({ method, headers }: Request): boolean =>
  method === 'OPTIONS' && headers.has('origin') && headers.has('access-control-request-method')

/** Tells a browser that pages of this origin may read the reply. */
export const allowOrigin = (headers: Headers, origin: string): void => {
  headers.set('access-control-allow-origin', origin)
  headers.append('vary', 'origin')
  headers.set('access-control-expose-headers', EXPOSED)
}

/** The answer to a browser that asks before it sends: which headers it may send is its own affair, a key is needed anyway. */
export const preflightReply = ({ headers }: Request, origin: string): Response => {
  const reply = new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': headers.get('access-control-request-headers') ?? '',
      'access-control-max-age': String(PREFLIGHT_SECONDS),
    },
  })
  allowOrigin(reply.headers, origin)
  return reply
}

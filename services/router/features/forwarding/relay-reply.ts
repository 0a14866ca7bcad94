import { Fault } from '@shared/fault/fault.ts'
import type { RouteMatch } from '../routing/route-table.ts'
import { faultFrameOf } from './dialect-faults.ts'
import { headersToClient } from './forwarded-headers.ts'
import { relayBody } from './relay-body.ts'
import type { RelayWatch } from './relay-body.ts'
import type { ReaderPatience } from './unread-timer.ts'
import type { Visit } from './visit.ts'

/**
 * Replies of a known length up to this are read whole: that is faster than relaying them, keeps their content-length,
 * and a service that dies in the middle is a clean 503. What streams has no length.
 */
const WHOLE_REPLY_BYTES = 256 * 1024

const BODILESS_STATUS = [101, 204, 205, 304]

export interface ReplyRelay {
  /** Of the request to the service: aborted when the client left, or with the Fault that ended it. */
  readonly signal: AbortSignal
  readonly patience: ReaderPatience
}

/** Hands the reply of a service to the client, and ends the visit with its last byte. */
export const relayReply = async (
  visit: Visit,
  route: RouteMatch,
  reply: Response,
  { patience, signal }: ReplyRelay,
): Promise<Response> => {
  const headers = headersToClient(reply.headers, visit)
  const { body, status } = reply
  if (body === null || visit.method === 'HEAD' || BODILESS_STATUS.includes(status)) {
    return endWith(visit, new Response(null, { status, headers }))
  }
  const length = reply.headers.get('content-length')
  if (length !== null && Number(length) <= WHOLE_REPLY_BYTES) {
    return endWith(visit, new Response(await reply.arrayBuffer(), { status, headers }))
  }
  headers.delete('content-length')
  visit.status = status
  return new Response(relayBody(body, watchReply(visit, route, reply, signal), patience), { status, headers })
}

const endWith = (visit: Visit, response: Response): Response => {
  visit.status = response.status
  visit.end('answered')
  return response
}

const watchReply = (visit: Visit, route: RouteMatch, reply: Response, signal: AbortSignal): RelayWatch => ({
  onFirstChunk: () => visit.onFirstByte(),
  onEnd: () => visit.end('answered'),
  onCancel: () => visit.end('client-left'),
  onBroken(error, lastChunk) {
    const fault = faultOfBreak(route, signal, error)
    visit.end(fault === undefined ? 'client-left' : 'cut-off')
    const contentType = reply.headers.get('content-type') ?? ''
    const cut = { contentType, lastChunk, requestId: visit.requestId }
    return fault && faultFrameOf(route.entry.dialect, fault, cut)
  },
})

/** Undefined when the client itself left. */
const faultOfBreak = ({ service }: RouteMatch, signal: AbortSignal, error: unknown): Fault | undefined => {
  if (signal.reason instanceof Fault) return signal.reason
  if (signal.aborted) return undefined
  return new Fault(
    'unavailable',
    `The ${service} service of this node went away in the middle of its answer.`,
    {
      cause: error,
    },
  )
}

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
  /** Name of the node that answers; undefined: a service of this node. */
  readonly from?: string
  /** Told how it goes on. */
  readonly watch?: ReplyWatch
}

export interface ReplyWatch {
  /** Once. */
  onFirstByte(): void
  /** @param end `broken`: by the one who answered */
  onEnd(end: 'answered' | 'client-left' | 'broken'): void
}

/** Hands the reply of a service to the client, and ends the visit with its last byte. */
export const relayReply = async (
  visit: Visit,
  route: RouteMatch,
  reply: Response,
  relay: ReplyRelay,
): Promise<Response> => {
  const headers = headersToClient(reply.headers, visit)
  const { body, status } = reply
  if (body === null || visit.method === 'HEAD' || BODILESS_STATUS.includes(status)) {
    return endWith(visit, new Response(null, { status, headers }), relay)
  }
  const length = reply.headers.get('content-length')
  if (length !== null && Number(length) <= WHOLE_REPLY_BYTES) {
    return endWith(visit, new Response(await reply.arrayBuffer(), { status, headers }), relay)
  }
  headers.delete('content-length')
  visit.status = status
  return new Response(relayBody(body, watchReply(visit, route, reply, relay), relay.patience), {
    status,
    headers,
  })
}

const endWith = (visit: Visit, response: Response, { watch }: ReplyRelay): Response => {
  visit.status = response.status
  watch?.onFirstByte()
  watch?.onEnd('answered')
  visit.end('answered')
  return response
}

const watchReply = (visit: Visit, route: RouteMatch, reply: Response, relay: ReplyRelay): RelayWatch => ({
  onFirstChunk() {
    relay.watch?.onFirstByte()
    visit.onFirstByte()
  },
  onEnd() {
    relay.watch?.onEnd('answered')
    visit.end('answered')
  },
  onCancel() {
    relay.watch?.onEnd('client-left')
    visit.end('client-left')
  },
  onBroken(error, lastChunk) {
    const fault = faultOfBreak(route, relay, error)
    relay.watch?.onEnd(relay.signal.aborted ? 'client-left' : 'broken')
    visit.end(fault === undefined ? 'client-left' : 'cut-off')
    const contentType = reply.headers.get('content-type') ?? ''
    const cut = { contentType, lastChunk, requestId: visit.requestId }
    return fault && faultFrameOf(route.entry.dialect, fault, cut)
  },
})

/** Undefined when the client itself left. */
const faultOfBreak = (
  { service }: RouteMatch,
  { from, signal }: ReplyRelay,
  error: unknown,
): Fault | undefined => {
  if (signal.reason instanceof Fault) return signal.reason
  if (signal.aborted) return undefined
  const who = from === undefined ? `The ${service} service of this node` : `The node '${from}'`
  return new Fault('unavailable', `${who} went away in the middle of its answer.`, { cause: error })
}

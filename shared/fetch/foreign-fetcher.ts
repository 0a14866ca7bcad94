import { Fault } from '@shared/fault/fault.ts'
import { isDataUrl, readDataUrl } from './data-url.ts'
import { exchangeHop } from './exchange-hop.ts'
import type { ExchangeContext, FetcherPorts } from './exchange-hop.ts'
import type { FetchPolicy } from './fetch-policy.ts'
import { createFetchWatch } from './fetch-watch.ts'
import { dataReply, foreignReply } from './foreign-reply.ts'
import type { ForeignReply } from './foreign-reply.ts'
import { parseForeignUrl } from './foreign-url.ts'
import { nextHop } from './next-hop.ts'
import type { Hop } from './next-hop.ts'
import { requestHeaders } from './request-headers.ts'
import type { ByteRange, HeaderMap } from './request-headers.ts'
import { wireFault } from './wire-fault.ts'

const MOST_REDIRECTS = 5

export interface ForeignRequest {
  readonly url: string
  /** The field or variable that the URL stands in: every Fault names it. */
  readonly param: string
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Those that could carry a secret go to the URL's own origin and no further. */
  readonly headers?: HeaderMap
  readonly body?: Uint8Array
  readonly range?: ByteRange
  /** `manual` gives a redirect to the caller as any other reply. Default `follow`. */
  readonly redirect?: 'follow' | 'manual'
  readonly signal?: AbortSignal
}

/** Fetches URLs that others wrote: a request, a file of settings, a server's redirect. */
export interface ForeignFetcher {
  /**
   * Resolves with the head of the reply, whatever its status; the caller reads the body, or closes it.
   * `data:` URLs are read without any network, under the same limits.
   *
   * @throws Fault `invalid_request` for a URL that is wrong, `forbidden` for one that leads to a place that the policy
   *   keeps closed (never saying where), `too_large`, `unsupported_media_type`, `unavailable` for a server that cannot
   *   be reached or used. The caller's own reason when its signal fires.
   */
  fetch(request: ForeignRequest): Promise<ForeignReply>
}

export const createForeignFetcher = (policy: FetchPolicy, ports: FetcherPorts): ForeignFetcher => ({
  async fetch(request) {
    request.signal?.throwIfAborted()
    const { param, url } = request
    if (isDataUrl(url)) return dataReply(readDataUrl(url, param, policy.limits.maxBytes), policy, param)
    const first = firstHop(request)
    const { clock } = ports
    const watch = createFetchWatch({ limits: policy.limits, clock, param, callerSignal: request.signal })
    try {
      return await follow(first, request.redirect === 'manual', { policy, ports, watch, param })
    } catch (error) {
      // Its reason is told before `end` gives it another.
      const told: unknown = watch.signal.aborted ? watch.signal.reason : wireFault(error, param)
      watch.end()
      throw told
    }
  },
})

const firstHop = ({ body, headers = {}, method = 'GET', param, range, url }: ForeignRequest): Hop => ({
  url: parseForeignUrl(url, param),
  method,
  headers: requestHeaders(headers, range, param),
  body,
})

/** Every hop is resolved, judged and pinned anew: nothing that was found out about one holds for the next. */
const follow = async (first: Hop, isManual: boolean, exchange: ExchangeContext): Promise<ForeignReply> => {
  const { param, policy, watch } = exchange
  let hop = first
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const wire = await exchangeHop(hop, redirects > 0, exchange)
    try {
      const next = isManual ? undefined : nextHop(hop, wire, param)
      if (next === undefined) return foreignReply({ wire, hop, policy, watch, param })
      hop = next
    } catch (error) {
      wire.close()
      throw error
    }
    wire.close()
  }
  throw new Fault('unavailable', `The URL in '${param}' redirects more than ${MOST_REDIRECTS} times.`, {
    param,
  })
}

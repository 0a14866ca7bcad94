import { Fault } from '@shared/fault/fault.ts'
import type { Clock } from '@shared/process/clock.ts'
import { WireFailure } from './connector.ts'
import type { Connector, WireReply } from './connector.ts'
import { isDataUrl, readDataUrl } from './data-url.ts'
import type { FetchPolicy } from './fetch-policy.ts'
import { createFetchWatch } from './fetch-watch.ts'
import type { FetchWatch } from './fetch-watch.ts'
import { dataReply, foreignReply } from './foreign-reply.ts'
import type { ForeignReply } from './foreign-reply.ts'
import { parseForeignUrl } from './foreign-url.ts'
import type { NameResolver } from './name-resolver.ts'
import { nextHop } from './next-hop.ts'
import type { Hop } from './next-hop.ts'
import { reachableAddresses } from './reachable-addresses.ts'
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

export interface FetcherPorts {
  readonly resolver: NameResolver
  readonly connector: Connector
  readonly clock: Clock
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
      return await follow(first, { policy, ports, watch, param, isManual: request.redirect === 'manual' })
    } catch (error) {
      // Its reason is told before `end` gives it another.
      const told: unknown = watch.signal.aborted ? watch.signal.reason : wireFault(error, param)
      watch.end()
      throw told
    }
  },
})

interface Fetching {
  readonly policy: FetchPolicy
  readonly ports: FetcherPorts
  readonly watch: FetchWatch
  readonly param: string
  readonly isManual: boolean
}

const firstHop = ({ body, headers = {}, method = 'GET', param, range, url }: ForeignRequest): Hop => ({
  url: parseForeignUrl(url, param),
  method,
  headers: requestHeaders(headers, range, param),
  body,
})

/** Every hop is resolved, judged and pinned anew: nothing that was found out about one holds for the next. */
const follow = async (first: Hop, fetching: Fetching): Promise<ForeignReply> => {
  const { isManual, param, policy, watch } = fetching
  let hop = first
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const wire = await exchange(hop, redirects > 0, fetching)
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

const exchange = async (hop: Hop, isRedirect: boolean, fetching: Fetching): Promise<WireReply> => {
  const { policy, ports, watch, param } = fetching
  const { url } = hop
  watch.enter('connecting')
  const addresses = await watch.race(
    reachableAddresses(url, { policy, resolver: ports.resolver, source: { param, isRedirect } }),
  )
  let failure: unknown
  for (const address of addresses) {
    watch.enter('connecting')
    try {
      return await watch.race(
        ports.connector.exchange(wireRequest(hop, address, policy), {
          signal: watch.signal,
          onConnected: () => watch.enter('waiting'),
        }),
      )
    } catch (error) {
      failure = error
      // The next address is tried only while no server can have seen the request.
      if (watch.signal.aborted || !(error instanceof WireFailure) || error.reason !== 'unreachable')
        throw error
    }
  }
  throw failure
}

const wireRequest = ({ body, headers, method, url }: Hop, address: string, { limits }: FetchPolicy) => ({
  address,
  port: url.port,
  isSecure: url.isSecure,
  serverName: url.host.type === 'name' ? url.host.name : undefined,
  method,
  pathAndQuery: url.pathAndQuery,
  headers: {
    host: url.authority,
    ...headers,
    ...(body === undefined ? {} : { 'content-length': String(body.length) }),
  },
  body,
  maxHeaderBytes: limits.maxHeaderBytes,
})

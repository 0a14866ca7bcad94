import type { Clock } from '@shared/process/clock.ts'
import { WireFailure } from './connector.ts'
import type { Connector, WireReply, WireRequest } from './connector.ts'
import type { FetchPolicy } from './fetch-policy.ts'
import type { FetchWatch } from './fetch-watch.ts'
import type { NameResolver } from './name-resolver.ts'
import type { Hop } from './next-hop.ts'
import { reachableAddresses } from './reachable-addresses.ts'

/** An address that has not answered for so long waits no more while there is another. */
const NEXT_ADDRESS_AFTER_MS = 1500

export interface FetcherPorts {
  readonly resolver: NameResolver
  readonly connector: Connector
  readonly clock: Clock
}

export interface ExchangeContext {
  readonly policy: FetchPolicy
  readonly ports: FetcherPorts
  readonly watch: FetchWatch
  readonly param: string
}

/**
 * Resolves the host of one hop, judges all its addresses, and asks the first of them that can be connected to.
 * @throws Fault when it may not be reached, WireFailure when it cannot
 */
export const exchangeHop = async (
  hop: Hop,
  isRedirect: boolean,
  context: ExchangeContext,
): Promise<WireReply> => {
  const { param, policy, ports, watch } = context
  watch.enter('connecting')
  const addresses = await watch.race(
    reachableAddresses(hop.url, { policy, resolver: ports.resolver, source: { param, isRedirect } }),
  )
  let failure: unknown
  for (const [index, address] of addresses.entries()) {
    try {
      return await ask(wireRequest(hop, address, policy), index === addresses.length - 1, context)
    } catch (error) {
      failure = error
      // The next address is tried only while no server can have seen the request.
      const hasLeft = !(error instanceof WireFailure) || error.reason !== 'unreachable'
      if (watch.signal.aborted || hasLeft) throw error
    }
  }
  throw failure
}

const ask = async (
  request: WireRequest,
  isLast: boolean,
  { ports: { clock, connector }, watch }: ExchangeContext,
): Promise<WireReply> => {
  const moving = new AbortController()
  const stay = isLast ? () => undefined : clock.after(NEXT_ADDRESS_AFTER_MS, () => moving.abort())
  try {
    return await watch.race(
      connector.exchange(request, {
        signal: AbortSignal.any([watch.signal, moving.signal]),
        onConnected() {
          stay()
          watch.enter('waiting')
        },
      }),
    )
  } finally {
    stay()
  }
}

const wireRequest = (
  { body, headers, method, url }: Hop,
  address: string,
  policy: FetchPolicy,
): WireRequest => ({
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
  maxHeaderBytes: policy.limits.maxHeaderBytes,
})

import { Fault } from '@shared/fault/fault.ts'
import { clientNetwork } from '../../policy/client-network.ts'
import { isLoopbackAddress } from '../../policy/local-caller.ts'
import { OWNER_PEER } from '../access/caller.ts'

/** What a client may have open at the same time. */
export interface ClientLimitSettings {
  readonly requestsPerClient: number
  readonly socketsPerClient: number
  /** Counts callers of this machine too: a proxy on it is one client. */
  readonly limitsLocalClients: boolean
}

export interface ClientLimits {
  /**
   * Counts a request, or an open WebSocket, of the client at an address; the returned function ends that.
   * @throws Fault `rate_limited` when it has too many already
   */
  enter(peer: string | undefined, kind: 'request' | 'socket'): () => void
}

interface OpenCounts {
  request: number
  socket: number
}

/** Seconds after which one of the client's own requests may be done. */
const RETRY_SECONDS = 1

const nothing = (): void => undefined

/** Keeps one client from taking all that a node has. It knows only clients that have something open. */
export const createClientLimits = (settings: ClientLimitSettings): ClientLimits => {
  const clients = new Map<string, OpenCounts>()
  const limits = { request: settings.requestsPerClient, socket: settings.socketsPerClient } as const
  return {
    enter(peer, kind) {
      if (peer === undefined || peer === OWNER_PEER) return nothing
      if (!settings.limitsLocalClients && isLoopbackAddress(peer)) return nothing
      const network = clientNetwork(peer)
      const counts = clients.get(network) ?? { request: 0, socket: 0 }
      if (counts[kind] >= limits[kind]) throw tooMany(kind, limits[kind])
      clients.set(network, counts)
      counts[kind] += 1
      let isOpen = true
      return () => {
        if (!isOpen) return
        isOpen = false
        counts[kind] -= 1
        if (counts.request + counts.socket === 0) clients.delete(network)
      }
    },
  }
}

const NAMES = { request: 'requests', socket: 'WebSockets' } as const

const tooMany = (kind: keyof typeof NAMES, limit: number): Fault =>
  new Fault(
    'rate_limited',
    `Your address has ${limit} ${NAMES[kind]} open here, as many as one client may. Try again when one has ended.`,
    { retryAfterSeconds: RETRY_SECONDS, details: { limit } },
  )

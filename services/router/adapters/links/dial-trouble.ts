import type { LinkTrouble } from '../../policy/cluster/link-trouble.ts'

/** What is known of a TCP connection that could not be made. */
export interface ConnectFailure {
  /** Of the failed connect. Bun says `ECONNREFUSED` also where the system says that there is no way. */
  readonly code: string | undefined
  /** What the system says of the way to that address when nothing is sent; undefined: there is one. */
  readonly routeCode: string | undefined
  readonly elapsedMs: number
  /** `process.platform`. */
  readonly platform: string
  /** Whether the address is in a subnet of this machine. */
  readonly isNeighbour: boolean
}

const NO_ROUTE = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  // Routes that lead nowhere, by intention.
  'EINVAL',
  'EACCES',
  'EPERM',
])

/**
 * On a local network a machine refuses in milliseconds. After this long nobody was there to refuse: the neighbour was
 * called by its address, and did not answer.
 */
const SLOW_REFUSAL_MS = 900

/** Why no connection came about. */
export const connectTrouble = (failure: ConnectFailure): LinkTrouble => {
  const code = failure.routeCode ?? failure.code
  if (failure.platform === 'darwin' && failure.isNeighbour && code === 'EHOSTUNREACH')
    return 'local-network-permission'
  if (failure.elapsedMs >= SLOW_REFUSAL_MS) return 'no-answer'
  if (code !== undefined && NO_ROUTE.has(code)) return 'no-route'
  return code === 'ECONNREFUSED' || code === 'ECONNRESET' ? 'refused' : 'no-answer'
}

import { classOfAddress, isInRanges } from './address-class.ts'
import type { FetchPolicy } from './fetch-policy.ts'
import type { ForeignHost } from './foreign-url.ts'

/** Names that mean this machine or its network wherever they are asked. */
const LOCAL_SUFFIXES = ['localhost', 'local', 'internal', 'home.arpa']

/**
 * From 1024 on, ports behind which something listens that takes a stranger's bytes for commands:
 * those that browsers refuse, then databases, caches and control planes that often have no password.
 */
const DANGEROUS_PORTS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10_080, 2375, 2376, 2379, 2380, 3306, 5432, 5984, 6379, 10_250, 10_255, 11_211, 27_017,
])

/** Below 1024 live the servers of a system (mail, printers, file shares); the web has two of them. */
export const mayUsePort = ({ allowsAnyPort }: FetchPolicy, port: number): boolean =>
  allowsAnyPort || port === 80 || port === 443 || (port >= 1024 && !DANGEROUS_PORTS.has(port))

/** False when no address could make this host reachable: its name need not be resolved. */
export const mayResolve = (policy: FetchPolicy, host: ForeignHost): boolean =>
  host.type === 'address' ||
  !isLocalName(host.name) ||
  mayBePrivate(policy, host) ||
  policy.allowedAddresses.length > 0

/** Whether a connection to this address may be made in the name of this host. */
export const mayReach = (policy: FetchPolicy, host: ForeignHost, address: string): boolean => {
  if (isInRanges(address, policy.allowedAddresses)) return true
  const found = classOfAddress(address)
  if (found === 'private') return mayBePrivate(policy, host)
  const isLocal = host.type === 'name' && isLocalName(host.name)
  return found === 'public' && (!isLocal || mayBePrivate(policy, host))
}

const isLocalName = (name: string): boolean =>
  !name.includes('.') || LOCAL_SUFFIXES.some((suffix) => name.endsWith(`.${suffix}`))

const mayBePrivate = ({ allowedHosts, allowsPrivateNetwork }: FetchPolicy, host: ForeignHost): boolean =>
  allowsPrivateNetwork ||
  (host.type === 'name' &&
    allowedHosts.some((allowed) =>
      allowed.startsWith('.') ? host.name.endsWith(allowed) : host.name === allowed,
    ))

import ipaddr from 'ipaddr.js'

/**
 * Who may be behind an address:
 * - `public`: anyone on the Internet.
 * - `private`: this machine and the networks around it; a policy may open them.
 * - `reserved`: link-local, cloud metadata, documentation, tunnels and addresses that hide another one
 *   (IPv4-mapped, 6to4, Teredo …); reached only when the operator wrote that very range.
 * - `nowhere`: unspecified, multicast, broadcast; connecting to them means something else on every system.
 */
export type AddressClass = 'public' | 'private' | 'reserved' | 'nowhere'

/** An address range, parsed once. */
export type AddressRange = readonly [network: ipaddr.IPv4 | ipaddr.IPv6, prefixLength: number]

const CLASSES: Readonly<Record<string, AddressClass>> = {
  unicast: 'public',
  loopback: 'private',
  private: 'private',
  carrierGradeNat: 'private',
  uniqueLocal: 'private',
  unspecified: 'nowhere',
  multicast: 'nowhere',
  broadcast: 'nowhere',
}

/** Metadata services that hide in ranges that would otherwise be public or private. */
const METADATA = new Set([
  '168.63.129.16', // Azure
  '100.100.100.200', // Alibaba
  'fd00:ec2::254', // AWS
  'fd20:ce::254', // Google
])

/** All of the IPv6 Internet that has been given out; what lies outside is no public address. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3')
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96')

/** The class of an address as text; text that is no plain address, or one with a zone, is `nowhere`. */
export const classOfAddress = (text: string): AddressClass => {
  const address = parseAddress(text)
  return address === undefined ? 'nowhere' : classOf(address)
}

/** True when the address lies in one of the ranges. Never true for what `classOfAddress` calls `nowhere`. */
export const isInRanges = (text: string, ranges: readonly AddressRange[]): boolean => {
  const address = parseAddress(text)
  if (address === undefined || classOf(address) === 'nowhere') return false
  return ranges.some(([network, prefixLength]) => isInside(address, network, prefixLength))
}

/** `192.168.1.0/24`, `fd12::/16` or a single address; undefined for anything else, short and octal forms too. */
export const parseAddressRange = (text: string): AddressRange | undefined => {
  const [network = '', prefixText, ...rest] = text.split('/')
  const address = parseAddress(network)
  if (address === undefined || rest.length > 0) return undefined
  const most = address.kind() === 'ipv4' ? 32 : 128
  if (prefixText === undefined) return [address, most]
  if (!/^\d{1,3}$/.test(prefixText) || Number(prefixText) > most) return undefined
  return [address, Number(prefixText)]
}

const parseAddress = (text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined => {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  return text.includes('%') || !ipaddr.IPv6.isValid(text) ? undefined : ipaddr.IPv6.parse(text)
}

const classOf = (address: ipaddr.IPv4 | ipaddr.IPv6): AddressClass => {
  if (METADATA.has(address.toString())) return 'reserved'
  if (isInside(address, ...NAT64)) return classBehindNat64(address)
  const found = CLASSES[address.range()] ?? 'reserved'
  return found === 'public' && address.kind() === 'ipv6' && !isInside(address, ...GLOBAL_IPV6)
    ? 'reserved'
    : found
}

/** In networks without IPv4, public IPv4 hosts have these addresses; any other IPv4 address in there is a disguise. */
const classBehindNat64 = (address: ipaddr.IPv4 | ipaddr.IPv6): AddressClass =>
  classOf(new ipaddr.IPv4(address.toByteArray().slice(12))) === 'public' ? 'public' : 'reserved'

const isInside = (
  address: ipaddr.IPv4 | ipaddr.IPv6,
  network: ipaddr.IPv4 | ipaddr.IPv6,
  prefixLength: number,
): boolean => address.kind() === network.kind() && address.match(network, prefixLength)

import { BlockList, isIP } from 'node:net'

/**
 * From where an address of this machine can be reached.
 * - `loopback`: from this machine alone
 * - `lan`: from the networks around it (RFC 1918, link-local, CGNAT and VPNs such as Tailscale, unique local)
 * - `every`: `0.0.0.0` or `::`, which stand for all addresses that the machine has
 * - `public`: from anywhere
 */
export type AddressReach = 'loopback' | 'lan' | 'every' | 'public'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

const lan = new BlockList()
lan.addSubnet('10.0.0.0', 8)
lan.addSubnet('172.16.0.0', 12)
lan.addSubnet('192.168.0.0', 16)
lan.addSubnet('169.254.0.0', 16)
lan.addSubnet('100.64.0.0', 10)
lan.addSubnet('fc00::', 7, 'ipv6')
lan.addSubnet('fe80::', 10, 'ipv6')

const IPV4_IN_IPV6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
const EVERY = /^(0\.0\.0\.0|[0:]+)$/

/** Undefined for a text that is no IP address. An IPv6 address may have a zone, and no brackets. */
export const reachOf = (text: string): AddressReach | undefined => {
  const address = IPV4_IN_IPV6.exec(text)?.[1] ?? text.replace(/%.*$/, '')
  const version = isIP(address)
  if (version === 0) return undefined
  if (EVERY.test(address)) return 'every'
  const family = version === 4 ? 'ipv4' : 'ipv6'
  if (loopback.check(address, family)) return 'loopback'
  return lan.check(address, family) ? 'lan' : 'public'
}

import type { NetworkInterfaceInfo } from 'node:os'

/** One IPv4 address of this machine. */
export interface LanInterface {
  /** `eth0`. */
  readonly name: string
  readonly address: string
  readonly netmask: string
  /** Another one is another card, even with the same name and address. */
  readonly mac: string
}

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/** Where others can be met: every IPv4 address beyond loopback; loopback itself where there is no other. */
export const lanInterfaces = (interfaces: Interfaces): readonly LanInterface[] => {
  const all = Object.entries(interfaces).flatMap(([name, infos]) =>
    (infos ?? [])
      .filter(({ family }) => family === 'IPv4')
      .map(({ address, internal, mac, netmask }) => ({ name, address, netmask, mac, internal })),
  )
  const outer = all.filter(({ internal }) => !internal)
  return (outer.length > 0 ? outer : all.slice(0, 1)).map(({ name, address, netmask, mac }) => ({
    name,
    address,
    netmask,
    mac,
  }))
}

/** The 32 bits of an IPv4 address; undefined when it is none. */
const bitsOf = (address: string): number | undefined => {
  const parts = address.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256))
  if (parts.length !== 4 || parts.some((part) => part > 255)) return undefined
  return parts.reduce((bits, part) => ((bits << 8) | part) >>> 0, 0)
}

/** Whether an address is a neighbour's: in the same subnet, reached without a router. */
export const isNeighbour = (address: string, { address: own, netmask }: LanInterface): boolean => {
  const [theirs, ours, mask] = [bitsOf(address), bitsOf(own), bitsOf(netmask)]
  if (theirs === undefined || ours === undefined || mask === undefined) return false
  return (theirs & mask) === (ours & mask)
}

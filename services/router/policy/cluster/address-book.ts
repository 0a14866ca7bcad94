import type { NodeId } from './node-id.ts'
import type { NodeAddress } from './node-topics.ts'

/** How an address became known; the earlier in this list, the sooner it is tried. */
export const ADDRESS_SOURCES = [
  /** Multicast, just now: it proves nothing, but is hardly ever wrong. */
  'seen',
  /** The node says so itself, whoever passed it on. */
  'announced',
  /** From the disk, or from who let us in. */
  'remembered',
  /** Somebody wrote it down. */
  'configured',
] as const

export type AddressSource = (typeof ADDRESS_SOURCES)[number]

/** Of one node from one source: machines with more networks than that are found by the first ones. */
const ADDRESSES_PER_SOURCE = 8

type NodeAddresses = Map<AddressSource, readonly NodeAddress[]>

/** Where the other nodes may be. */
export class AddressBook {
  private readonly nodes = new Map<NodeId, NodeAddresses>()
  /** Where a dial has found it last. */
  private readonly foundAt = new Map<NodeId, string>()

  /** What is seen is added; the other sources say all that they know. @returns whether there is an address that was not known */
  learn(nodeId: NodeId, source: AddressSource, addresses: readonly NodeAddress[]): boolean {
    if (source === 'seen' && this.isSeenAt(nodeId, addresses)) return false
    const known = new Set(this.of(nodeId).map(placeOf))
    const bySource: NodeAddresses = this.nodes.get(nodeId) ?? new Map()
    const earlier = source === 'seen' ? (bySource.get(source) ?? []) : []
    bySource.set(source, distinct([...addresses, ...earlier]).slice(0, ADDRESSES_PER_SOURCE))
    this.nodes.set(nodeId, bySource)
    return this.of(nodeId).some((address) => !known.has(placeOf(address)))
  }

  /** A dial has found the node there. */
  onFound(nodeId: NodeId, host: string): void {
    this.foundAt.set(nodeId, host)
  }

  /** The best first, each once: what was seen, where it was found last, and the rest. */
  of(nodeId: NodeId): readonly NodeAddress[] {
    const bySource = this.nodes.get(nodeId)
    if (bySource === undefined) return []
    const all = ADDRESS_SOURCES.flatMap((source) => bySource.get(source) ?? [])
    const found = all.filter(({ host }) => host === this.foundAt.get(nodeId))
    return distinct([...(bySource.get('seen') ?? []), ...found, ...all])
  }

  forget(nodeId: NodeId): void {
    this.foundAt.delete(nodeId)
    this.nodes.delete(nodeId)
  }

  /** Nothing new: so it is nearly always, again and again. */
  private isSeenAt(nodeId: NodeId, [address, ...more]: readonly NodeAddress[]): boolean {
    const [newest] = this.nodes.get(nodeId)?.get('seen') ?? []
    return (
      newest !== undefined &&
      address !== undefined &&
      more.length === 0 &&
      placeOf(newest) === placeOf(address)
    )
  }
}

const placeOf = ({ host, linkPort }: NodeAddress): string => `${host} ${linkPort}`

const distinct = (addresses: readonly NodeAddress[]): readonly NodeAddress[] => {
  const byPlace = new Map<string, NodeAddress>()
  for (const address of addresses) if (!byPlace.has(placeOf(address))) byPlace.set(placeOf(address), address)
  return [...byPlace.values()]
}

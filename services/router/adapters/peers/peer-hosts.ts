import type { NodeId } from '../../policy/cluster/node-id.ts'

/** Where a node can be reached by HTTPS, and how it proves that it is that node. */
export interface PeerLocation {
  /** IP addresses, without brackets. */
  readonly hosts: readonly string[]
  readonly dataPort: number
  /** PEM; it alone is trusted. */
  readonly certificate: string
}

export interface PeerHostsPorts {
  /** Whether somebody accepts a TCP connection there. Never rejects. */
  readonly connects: (host: string, port: number, withinMs: number) => Promise<boolean>
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
}

/** Of a local network; more would be felt by a client whose request could be with another node already. */
const CONNECT_WITHIN_MS = 1500
/** Before the next address is tried beside those that have not answered. */
const HEAD_START_MS = 250
/** A host that answered so recently is not tried before it is used. */
const TRUSTED_FOR_MS = 5000

interface GoodHost {
  readonly host: string
  readonly answeredAt: number
}

/**
 * Knows which address of a node works.
 *
 * `fetch` of Bun waits for a connection as long as the system does, which is minutes where packets vanish. So an address
 * that has not answered in the last seconds is tried by a bare TCP connection first, which can be given up. That costs one
 * round trip after a pause, and nothing while requests come.
 */
export class PeerHosts {
  private readonly good = new Map<NodeId, GoodHost>()

  constructor(private readonly ports: PeerHostsPorts) {}

  /** A host that accepts connections now, as far as can be known; undefined: none does. @param failed not one of these */
  async find(
    nodeId: NodeId,
    { dataPort, hosts }: PeerLocation,
    failed: ReadonlySet<string>,
  ): Promise<string | undefined> {
    const good = this.good.get(nodeId)
    const candidates = hosts
      .filter((host) => !failed.has(host))
      .toSorted((one, other) => Number(other === good?.host) - Number(one === good?.host))
    const [first] = candidates
    const isFresh = good !== undefined && this.ports.now() - good.answeredAt < TRUSTED_FOR_MS
    if (isFresh && first === good.host) return first
    return this.firstThatConnects(candidates, dataPort)
  }

  onAnswered(nodeId: NodeId, host: string): void {
    this.good.set(nodeId, { host, answeredAt: this.ports.now() })
  }

  onFailed(nodeId: NodeId): void {
    this.good.delete(nodeId)
  }

  /** All are tried, each a moment after the one before, and the first that answers is taken. */
  private async firstThatConnects(hosts: readonly string[], port: number): Promise<string | undefined> {
    const found = Promise.withResolvers<string | undefined>()
    let left = hosts.length
    const tries = hosts.map((host, place) => {
      const attempt = async (): Promise<void> => {
        if (await this.ports.connects(host, port, CONNECT_WITHIN_MS)) found.resolve(host)
        left -= 1
        if (left === 0) found.resolve(undefined)
      }
      return setTimeout(() => void attempt(), place * HEAD_START_MS)
    })
    if (left === 0) return undefined
    const host = await found.promise
    for (const timer of tries) clearTimeout(timer)
    return host
  }
}

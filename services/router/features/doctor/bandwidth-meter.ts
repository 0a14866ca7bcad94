import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { ClusterNode, ClusterView } from '../cluster/cluster-view.ts'
import { PEER_CONTROL_PREFIX } from '../peer-door/peer-controls.ts'
import type { PeerControl } from '../peer-door/peer-controls.ts'
import type { PeerTransport } from '../other-nodes/peer-transport.ts'
import type { MeasuredSpeeds } from './link-map.ts'

const MOST_BYTES = 64 * 1024 * 1024
const MEASURE_FOR_MS = 2000
/** Before the first byte. */
const ANSWER_WITHIN_MS = 2000
const MOST_REPLY_BYTES = 256 * 1024
/** This node to all others; in large clusters over slow links the rest is measured the next time. */
const FROM_HERE_WITHIN_MS = 60_000
/** All nodes together: who asked waits for it. */
const EVERYWHERE_WITHIN_MS = 100_000

const PATH = `${PEER_CONTROL_PREFIX}doctor/bandwidth`

const Reply = Type.Object({
  data: Type.Array(
    Type.Object({ to: Type.String({ maxLength: 64 }), bytesPerSecond: Type.Number({ minimum: 0 }) }),
    {
      maxItems: 512,
    },
  ),
})

export interface MeasuredLink {
  readonly from: NodeId
  readonly to: NodeId
  /** What came, in bytes of a second. */
  readonly bytesPerSecond: number
}

export interface BandwidthReport {
  readonly data: readonly MeasuredLink[]
  /** Nodes that gave no measurements: down, of another version, or too slow. */
  readonly leftOut: readonly NodeId[]
}

export interface BandwidthPorts {
  readonly view: ClusterView
  readonly peers: Pick<PeerTransport, 'send'>
  readonly clock: RouterClock
}

/** Measures how fast bytes come from other nodes. One after the other: two at a time would halve each other. */
export class BandwidthMeter {
  private readonly known = new Map<NodeId, number>()
  private underWay: Promise<readonly MeasuredLink[]> | undefined

  constructor(private readonly ports: BandwidthPorts) {}

  /** Of members, measured last. */
  get speeds(): MeasuredSpeeds {
    return this.known
  }

  /** From this node to each other. Who asks while it goes on gets the same. */
  measureFromHere(): Promise<readonly MeasuredLink[]> {
    this.underWay ??= this.measureAll().finally(() => (this.underWay = undefined))
    return this.underWay
  }

  /** From every node to each other, one node after the other. */
  async measureEverywhere(): Promise<BandwidthReport> {
    const { clock, view } = this.ports
    const deadlineMs = clock.now() + EVERYWHERE_WITHIN_MS
    const data = [...(await this.measureFromHere())]
    const leftOut: NodeId[] = []
    for (const node of view.nodes.filter(({ isSelf }) => !isSelf)) {
      const leftMs = deadlineMs - clock.now()
      const measured = node.link === 'up' && leftMs > 0 ? await this.askOther(node, leftMs) : undefined
      if (measured === undefined) leftOut.push(node.nodeId)
      else data.push(...measured)
    }
    return { data, leftOut }
  }

  /** What other nodes ask of this one. */
  get control(): PeerControl {
    return {
      method: 'POST',
      path: PATH,
      answer: async () => Response.json({ data: await this.measureFromHere() }),
    }
  }

  private async measureAll(): Promise<readonly MeasuredLink[]> {
    const { self } = this.ports.view
    const measured: MeasuredLink[] = []
    const deadlineMs = this.ports.clock.now() + FROM_HERE_WITHIN_MS
    for (const { link, nodeId } of leastKnownFirst(this.ports.view.nodes, this.known)) {
      if (link !== 'up' || this.ports.clock.now() > deadlineMs) continue
      const bytesPerSecond = await this.measure(nodeId)
      if (bytesPerSecond === undefined) continue
      this.known.set(nodeId, bytesPerSecond)
      measured.push({ from: self.nodeId, to: nodeId, bytesPerSecond })
    }
    for (const nodeId of this.known.keys())
      if (this.ports.view.find(nodeId) === undefined) this.known.delete(nodeId)
    return measured
  }

  /** Undefined: it did not answer. */
  private async measure(nodeId: NodeId): Promise<number | undefined> {
    const { clock } = this.ports
    const path = `${PEER_CONTROL_PREFIX}bytes?count=${MOST_BYTES}`
    const { limit, response, release } = await this.send(nodeId, 'GET', path, ANSWER_WITHIN_MS)
    if (response === undefined) return undefined
    limit(MEASURE_FOR_MS)
    const beganAtMs = clock.now()
    let bytes = 0
    try {
      for await (const piece of response.body ?? []) bytes += piece.byteLength
    } catch {
      // The time is over, or the node went away: what has come until now counts.
    } finally {
      release()
    }
    const seconds = (clock.now() - beganAtMs) / 1000
    return bytes === 0 || seconds <= 0 ? undefined : Math.round(bytes / seconds)
  }

  private async askOther(
    { nodeId }: ClusterNode,
    withinMs: number,
  ): Promise<readonly MeasuredLink[] | undefined> {
    const { release, response } = await this.send(nodeId, 'POST', PATH, withinMs)
    try {
      const value: unknown = response === undefined ? undefined : JSON.parse(await readShort(response))
      return Value.Check(Reply, value) ? this.membersIn(nodeId, value.data) : undefined
    } catch {
      return undefined
    } finally {
      release()
    }
  }

  private membersIn(
    from: NodeId,
    told: readonly { readonly to: string; readonly bytesPerSecond: number }[],
  ): readonly MeasuredLink[] {
    return told.flatMap(({ bytesPerSecond, to }) => {
      const node = this.ports.view.nodes.find(({ nodeId }) => nodeId === to)
      return node === undefined ? [] : [{ from, to: node.nodeId, bytesPerSecond }]
    })
  }

  /** Never rejects. `limit` sets how long it may go on from now. */
  private async send(nodeId: NodeId, method: string, pathAndQuery: string, withinMs: number) {
    const { clock, peers } = this.ports
    const late = new AbortController()
    let cancel = (): void => undefined
    const limit = (milliseconds: number): void => {
      cancel()
      cancel = clock.after(milliseconds, () => late.abort(new Error('It takes too long')))
    }
    limit(withinMs)
    const request = { method, pathAndQuery, headers: new Headers(), body: null, signal: late.signal }
    const response = await peers.send(nodeId, request).catch(() => undefined)
    const good = response?.ok === true ? response : undefined
    if (good === undefined) {
      await response?.body?.cancel().catch(() => undefined)
      cancel()
    }
    return { response: good, limit, release: () => cancel() }
  }
}

/** So that in the end all are measured. */
const leastKnownFirst = (nodes: readonly ClusterNode[], known: MeasuredSpeeds): readonly ClusterNode[] =>
  nodes.toSorted((one, other) => Number(known.has(one.nodeId)) - Number(known.has(other.nodeId)))

const readShort = async (response: Response): Promise<string> => {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength
    if (bytes > MOST_REPLY_BYTES) throw new Error('It says too much')
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString()
}

import { readFrame, writeFrame } from '@service/router/features/cluster/read-frame.ts'
import { readTopic } from '@service/router/features/cluster/read-topic.ts'
import { ClusterCore } from '@service/router/policy/cluster/cluster-core.ts'
import type { ClusterEffects } from '@service/router/policy/cluster/cluster-effects.ts'
import type { ClusterFrame } from '@service/router/policy/cluster/cluster-frame.ts'
import type { ClusterChange } from '@service/router/policy/cluster/cluster-node.ts'
import type { ClusterRecord } from '@service/router/policy/cluster/cluster-record.ts'
import { DEFAULT_CLUSTER_RULES } from '@service/router/policy/cluster/cluster-rules.ts'
import type { Moment } from '@service/router/policy/cluster/cluster-rules.ts'
import type { LinkTrouble } from '@service/router/policy/cluster/link-trouble.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeAddress } from '@service/router/policy/cluster/node-topics.ts'
import type { EventQueue } from './event-queue.ts'
import { signerOf } from './simulated-identity.ts'
import { LINK_PORT } from './simulated-network.ts'
import type { NetworkedProcess, SimulatedNetwork } from './simulated-network.ts'

export interface SimulatedWorld {
  readonly queue: EventQueue
  readonly network: SimulatedNetwork
  readonly random: () => number
  /** Frames are written and read as on a real wire; slower. */
  readonly usesWire: boolean
  /** Something has changed in what a process knows. */
  onChange(node: SimulatedNode, change: ClusterChange): void
}

export interface SimulatedStart {
  readonly nodeId: NodeId
  readonly name: string
  readonly epoch: number
  readonly host: string
  readonly wallOffsetMs: number
  /** From its disk. */
  readonly records: readonly ClusterRecord[]
  readonly addresses: readonly (NodeAddress & { readonly nodeId: NodeId })[]
}

/** When the virtual time begins. */
const WALL_CLOCK_START_MS = Date.UTC(2027, 0, 1)

export const addressAt = (host: string): NodeAddress => ({ host, linkPort: LINK_PORT, dataPort: 8081 })

/** One process with a core of the cluster, on a machine of the virtual network. */
export class SimulatedNode implements NetworkedProcess {
  readonly core: ClusterCore
  readonly nodeId: NodeId
  readonly name: string
  readonly epoch: number
  host: string
  wallOffsetMs: number
  isRunning = true
  isFrozen = false
  /** What has come while it was frozen. */
  private readonly inbox: (() => void)[] = []

  constructor(
    private readonly world: SimulatedWorld,
    start: SimulatedStart,
  ) {
    this.nodeId = start.nodeId
    this.name = start.name
    this.epoch = start.epoch
    this.host = start.host
    this.wallOffsetMs = start.wallOffsetMs
    this.core = new ClusterCore({
      self: { nodeId: start.nodeId, epoch: start.epoch, instance: `${start.name}-${start.epoch}` },
      rules: DEFAULT_CLUSTER_RULES,
      signer: signerOf(start.nodeId),
      readTopic,
      random: world.random,
      records: start.records,
      effects: this.effects(),
    })
    for (const [nodeId, addresses] of Map.groupBy(start.addresses, (address) => address.nodeId))
      this.core.onAddresses(nodeId, addresses, 'remembered', this.at)
    world.network.listen(this)
    this.announceIdentity()
    this.tickAgain()
  }

  get at(): Moment {
    const { nowMs } = this.world.queue
    return { nowMs, wallClockMs: Math.floor(WALL_CLOCK_START_MS + nowMs + this.wallOffsetMs) }
  }

  mayKnock(nodeId: NodeId): boolean {
    return this.core.mayKnock(nodeId)
  }

  announceIdentity(): void {
    this.core.announce(
      'identity',
      {
        name: this.name,
        platform: { os: 'linux', arch: 'x64', accelerator: 'cpu' },
        version: '1.0.0',
        protocolVersion: 1,
        startedAt: this.epoch,
        addresses: [addressAt(this.host)],
        certificate: '',
      },
      this.at,
    )
  }

  /** `budgetBytes` is its epoch: so each topic shows of which life it is. */
  announceLoad(heldBytes: number): void {
    this.core.announce(
      'load',
      { isDraining: false, budgetBytes: this.epoch, heldBytes, lanes: [], warm: [] },
      this.at,
    )
  }

  freeze(): void {
    this.isFrozen = true
  }

  /** Goes on; which of all that waits is first, nobody knows. */
  thaw(): void {
    this.isFrozen = false
    if (this.world.random() < 0.5) this.core.onTick(this.at)
    for (const run of this.inbox.splice(0)) if (this.isRunning) run()
  }

  end(isPowerLoss: boolean): void {
    this.isRunning = false
    this.world.network.leave(this, isPowerLoss)
  }

  move(host: string): void {
    const earlierHost = this.host
    this.host = host
    this.world.network.onMoved(this, earlierHost)
    this.announceIdentity()
  }

  onLink(linkId: string, peer: NetworkedProcess, isOutbound: boolean): void {
    this.able(() => this.core.onLink({ linkId, nodeId: peer.nodeId, isOutbound, host: peer.host }, this.at))
  }

  onFrame(linkId: string, frame: ClusterFrame): void {
    this.able(() => this.core.onFrame(linkId, frame, this.at))
  }

  onLinkDown(linkId: string, trouble: LinkTrouble): void {
    this.able(() => this.core.onLinkDown(linkId, trouble, this.at))
  }

  onDialFailed(nodeId: NodeId, trouble: LinkTrouble): void {
    this.able(() => this.core.onDialFailed(nodeId, trouble, this.at))
  }

  onSeen(peer: SimulatedNode): void {
    this.able(() => this.core.onAddresses(peer.nodeId, [addressAt(peer.host)], 'seen', this.at))
  }

  private able(run: () => void): void {
    if (!this.isRunning) return
    if (this.isFrozen) this.inbox.push(run)
    else run()
  }

  private tickAgain(): void {
    this.world.queue.after(100 + this.world.random() * 150, () => {
      if (!this.isRunning) return
      if (!this.isFrozen) this.core.onTick(this.at)
      this.tickAgain()
    })
  }

  private effects(): ClusterEffects {
    const { network, usesWire } = this.world
    return {
      send: (linkId, frame) => network.send(this, linkId, usesWire ? throughWire(frame) : frame),
      closeLink: (linkId) => network.close(this, linkId),
      dial: (nodeId, addresses) => network.dial(this, nodeId, addresses),
      onChange: (change) => this.world.onChange(this, change),
      onRecords: () => undefined,
      onTrouble: () => undefined,
      onPrefixes: () => undefined,
      // The program steps down.
      onFenced: () => this.world.queue.after(0, () => this.end(false)),
    }
  }
}

const throughWire = (frame: ClusterFrame): ClusterFrame => {
  const read = readFrame(writeFrame(frame))
  if (read === undefined) throw new Error(`Our own frame is not understood: ${JSON.stringify(frame)}`)
  return read
}

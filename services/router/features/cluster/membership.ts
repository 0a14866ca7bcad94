import type { Log } from '@shared/log/create-log.ts'
import { ClusterCore } from '../../policy/cluster/cluster-core.ts'
import type { ClusterEffects, NodeSigner } from '../../policy/cluster/cluster-effects.ts'
import type { ClusterRecord } from '../../policy/cluster/cluster-record.ts'
import { DEFAULT_CLUSTER_RULES } from '../../policy/cluster/cluster-rules.ts'
import type { Moment } from '../../policy/cluster/cluster-rules.ts'
import type { LinkTrouble } from '../../policy/cluster/link-trouble.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { NodeLife } from '../../policy/cluster/node-life.ts'
import type { NodeAddress } from '../../policy/cluster/node-topics.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import { DialFailed } from './peer-network.ts'
import type {
  PeerLink,
  PeerNetwork,
  PeerNetworkEvents,
  PeerNetworkOptions,
  Sighting,
} from './peer-network.ts'
import { readFrame, writeFrame } from './read-frame.ts'
import { readTopic } from './read-topic.ts'

const TICK_MS = 150
/** One address of a node; there may be others. */
const DIAL_TIMEOUT_MS = 4000

export interface MembershipPorts {
  readonly self: NodeLife & { readonly nodeId: NodeId }
  readonly signer: NodeSigner
  readonly network: PeerNetwork
  readonly clock: RouterClock
  /** Unix milliseconds. */
  readonly now: () => number
  readonly random: () => number
  readonly log: Log
}

export interface MembershipEvents extends Pick<
  ClusterEffects,
  'onChange' | 'onRecords' | 'onTrouble' | 'onPrefixes' | 'onFenced'
> {
  onSighting(sighting: Sighting): void
  onRefused: PeerNetworkEvents['onRefused']
}

export type MembershipStart = Omit<PeerNetworkOptions, 'isMember'>

/** One run of this node in its cluster: the core, joined to the network and to time. */
export class Membership {
  readonly core: ClusterCore
  private readonly links = new Map<string, PeerLink>()
  private readonly stopped = new AbortController()
  private cancelTick = (): void => undefined

  constructor(
    private readonly ports: MembershipPorts,
    private readonly events: MembershipEvents,
    records: readonly ClusterRecord[],
  ) {
    const { random, self, signer } = ports
    this.core = new ClusterCore({
      self,
      signer,
      random,
      records,
      readTopic,
      rules: { ...DEFAULT_CLUSTER_RULES, tickMs: TICK_MS },
      effects: this.effects(),
    })
  }

  /** @returns the port of libp2p. @throws Fault `conflict` when it is taken */
  async start(options: MembershipStart): Promise<number> {
    const isMember = (nodeId: NodeId): boolean => this.core.mayKnock(nodeId)
    const { linkPort } = await this.ports.network.start({ ...options, isMember }, this.networkEvents())
    this.tick()
    return linkPort
  }

  /** Says goodbye, and closes everything. */
  async stop(): Promise<void> {
    this.cancelTick()
    this.core.stop(this.at())
    this.stopped.abort()
    await this.ports.network.stop()
  }

  at(): Moment {
    return { nowMs: this.ports.clock.now(), wallClockMs: this.ports.now() }
  }

  private tick(): void {
    if (this.stopped.signal.aborted) return
    this.core.onTick(this.at())
    this.cancelTick = this.ports.clock.after(TICK_MS, () => this.tick())
  }

  private effects(): ClusterEffects {
    const { onChange, onFenced, onPrefixes, onRecords, onTrouble } = this.events
    return {
      send: (linkId, frame) => this.links.get(linkId)?.send(writeFrame(frame)),
      closeLink: (linkId) => this.links.get(linkId)?.close(),
      dial: (nodeId, addresses) => void this.dial(nodeId, addresses),
      onChange,
      onFenced,
      onPrefixes,
      onRecords,
      onTrouble,
    }
  }

  private networkEvents(): PeerNetworkEvents {
    return {
      onLink: (link) => {
        this.links.set(link.linkId, link)
        const { isOutbound, linkId, nodeId, remoteHost: host } = link
        this.core.onLink({ linkId, nodeId, isOutbound, host }, this.at())
      },
      onMessage: ({ linkId }, message) => this.core.onFrame(linkId, readFrame(message), this.at()),
      onLinkDown: ({ linkId }, trouble) => {
        this.links.delete(linkId)
        this.core.onLinkDown(linkId, trouble, this.at())
      },
      onSighting: (sighting) => {
        const { nodeId, host, linkPort, dataPort } = sighting
        this.core.onAddresses(nodeId, [{ host, linkPort, dataPort }], 'seen', this.at())
        this.events.onSighting(sighting)
      },
      onRefused: (attempt) => this.events.onRefused(attempt),
    }
  }

  /** Never rejects. */
  private async dial(nodeId: NodeId, addresses: readonly NodeAddress[]): Promise<void> {
    let trouble: LinkTrouble = 'no-answer'
    for (const { host, linkPort } of addresses) {
      if (this.stopped.signal.aborted) return
      const failed = await this.dialOne(nodeId, host, linkPort)
      if (failed === undefined) return
      trouble = failed
    }
    if (!this.stopped.signal.aborted) this.core.onDialFailed(nodeId, trouble, this.at())
  }

  /** Undefined: there is a link. */
  private async dialOne(nodeId: NodeId, host: string, linkPort: number): Promise<LinkTrouble | undefined> {
    const { log, network } = this.ports
    const signal = AbortSignal.any([this.stopped.signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)])
    try {
      await network.dial(nodeId, host, linkPort, signal)
      return undefined
    } catch (error) {
      log.debug({ err: error, nodeId, host, linkPort }, 'no link')
      return error instanceof DialFailed ? error.trouble : 'no-answer'
    }
  }
}

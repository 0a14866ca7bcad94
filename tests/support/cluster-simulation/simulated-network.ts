import type { LinkTrouble } from '@service/router/policy/cluster/link-trouble.ts'
import type { ClusterFrame } from '@service/router/policy/cluster/cluster-frame.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeAddress } from '@service/router/policy/cluster/node-topics.ts'
import type { EventQueue } from './event-queue.ts'

/** A process on the virtual network. */
export interface NetworkedProcess {
  readonly nodeId: NodeId
  /** Changes when the machine gets another address. */
  readonly host: string
  readonly isRunning: boolean
  readonly isFrozen: boolean
  mayKnock(nodeId: NodeId): boolean
  /** Each is called as soon as the process is able to. */
  onLink(linkId: string, peer: NetworkedProcess, isOutbound: boolean): void
  onFrame(linkId: string, frame: ClusterFrame): void
  onLinkDown(linkId: string, trouble: LinkTrouble): void
  onDialFailed(nodeId: NodeId, trouble: LinkTrouble): void
}

interface LinkEnd {
  readonly process: NetworkedProcess
  readonly host: string
  isOpen: boolean
  /** What was sent to this end arrives in its order. */
  lastArrivalMs: number
  /** What could not get through yet: it is sent again and again, as TCP does. */
  readonly stuck: (() => void)[]
}

export interface SimulatedLink {
  readonly linkId: string
  readonly ends: readonly [LinkEnd, LinkEnd]
}

export const LINK_PORT = 8082
/** A dial that gets no answer is given up by its adapter after this time. */
const DIAL_TIMEOUT_MS = 1500

/**
 * Connections as TCP makes them, in virtual time: what is sent arrives late and in order; a black hole swallows it
 * without a word, and lets it through when it closes early enough.
 */
export class SimulatedNetwork {
  readonly links = new Map<string, SimulatedLink>()
  frameCount = 0
  private readonly listeners = new Map<string, NetworkedProcess>()
  /** `from>to`: nothing gets through in that direction. */
  private readonly holes = new Set<string>()
  /** Machines without power: they do not even refuse. */
  private readonly dark = new Set<string>()
  private linkCount = 0

  constructor(
    private readonly queue: EventQueue,
    private readonly latencyMs: () => number,
  ) {}

  listen(process: NetworkedProcess): void {
    this.dark.delete(process.host)
    this.listeners.set(process.host, process)
  }

  /** The process ends; its kernel closes what it had open, unless the machine has lost its power. */
  leave(process: NetworkedProcess, isPowerLoss: boolean): void {
    if (this.listeners.get(process.host) === process) this.listeners.delete(process.host)
    if (isPowerLoss) this.dark.add(process.host)
    for (const link of this.linksOf(process)) {
      const { own, other } = endsFor(link, process)
      own.isOpen = false
      if (!isPowerLoss) this.transmit(link, other, () => this.onClosed(link, other))
    }
  }

  /** The machine has another address: its connections are dead, and nobody tells. */
  onMoved(process: NetworkedProcess, earlierHost: string): void {
    this.listeners.delete(earlierHost)
    this.dark.add(earlierHost)
    this.listen(process)
  }

  block(from: string, to: string): void {
    this.holes.add(`${from}>${to}`)
  }

  healAll(): void {
    this.holes.clear()
    for (const link of this.links.values())
      for (const end of link.ends) {
        const stuck = end.stuck.splice(0)
        for (const deliver of stuck) this.transmit(link, end, deliver)
      }
  }

  canPass(from: string, to: string): boolean {
    return !this.holes.has(`${from}>${to}`) && !this.dark.has(to) && !this.dark.has(from)
  }

  /** Those that this process believes to have. */
  linksOf(process: NetworkedProcess): readonly SimulatedLink[] {
    return [...this.links.values()].filter(({ ends }) =>
      ends.some((end) => end.process === process && end.isOpen),
    )
  }

  send(process: NetworkedProcess, linkId: string, frame: ClusterFrame): void {
    const link = this.links.get(linkId)
    if (link === undefined || !endsFor(link, process).own.isOpen) return
    this.frameCount += 1
    const { other } = endsFor(link, process)
    this.transmit(link, other, () => {
      if (other.isOpen) other.process.onFrame(linkId, frame)
      else this.reset(link, process)
    })
  }

  close(process: NetworkedProcess, linkId: string): void {
    const link = this.links.get(linkId)
    if (link === undefined) return
    const { own, other } = endsFor(link, process)
    own.isOpen = false
    this.transmit(link, other, () => this.onClosed(link, other))
    this.forgetIfClosed(link)
  }

  dial(process: NetworkedProcess, nodeId: NodeId, addresses: readonly NodeAddress[]): void {
    const [address, ...rest] = addresses
    if (address === undefined) return
    const trouble = this.troubleOn(process, nodeId, address)
    const tookMs = trouble === 'no-answer' ? DIAL_TIMEOUT_MS : this.latencyMs() * 3
    this.queue.after(tookMs, () => {
      if (!process.isRunning) return
      const troubleNow = trouble ?? this.troubleOn(process, nodeId, address)
      if (troubleNow === undefined) this.connect(process, this.listeners.get(address.host)!)
      else if (rest.length > 0) this.dial(process, nodeId, rest)
      else process.onDialFailed(nodeId, troubleNow)
    })
  }

  private troubleOn(
    process: NetworkedProcess,
    nodeId: NodeId,
    { host, linkPort }: NodeAddress,
  ): LinkTrouble | undefined {
    if (!this.canPass(process.host, host) || !this.canPass(host, process.host)) return 'no-answer'
    const listener = this.listeners.get(host)
    if (listener === undefined || linkPort !== LINK_PORT) return 'refused'
    if (listener.isFrozen) return 'no-answer'
    if (listener.nodeId !== nodeId || listener === process) return 'wrong-identity'
    return listener.mayKnock(process.nodeId) ? undefined : 'not-a-member'
  }

  private connect(dialler: NetworkedProcess, listener: NetworkedProcess): void {
    this.linkCount += 1
    const linkId = `link-${this.linkCount}`
    const end = (process: NetworkedProcess): LinkEnd => ({
      process,
      host: process.host,
      isOpen: true,
      lastArrivalMs: 0,
      stuck: [],
    })
    const link: SimulatedLink = { linkId, ends: [end(dialler), end(listener)] }
    this.links.set(linkId, link)
    this.transmit(link, link.ends[1], () => {
      if (link.ends[1].isOpen) listener.onLink(linkId, dialler, false)
    })
    dialler.onLink(linkId, listener, true)
  }

  private transmit(link: SimulatedLink, to: LinkEnd, deliver: () => void): void {
    const from = link.ends[0] === to ? link.ends[1] : link.ends[0]
    const isMoved = from.process.host !== from.host || to.process.host !== to.host
    if (isMoved || to.stuck.length > 0 || !this.canPass(from.host, to.host)) {
      to.stuck.push(deliver)
      return
    }
    to.lastArrivalMs = Math.max(this.queue.nowMs + this.latencyMs(), to.lastArrivalMs)
    this.queue.after(to.lastArrivalMs - this.queue.nowMs, deliver)
  }

  private onClosed(link: SimulatedLink, end: LinkEnd): void {
    if (!end.isOpen) return
    end.isOpen = false
    end.process.onLinkDown(link.linkId, 'closed')
    this.forgetIfClosed(link)
  }

  /** What comes to an end that is closed is answered so. */
  private reset(link: SimulatedLink, process: NetworkedProcess): void {
    const { own } = endsFor(link, process)
    this.transmit(link, own, () => this.onClosed(link, own))
  }

  private forgetIfClosed(link: SimulatedLink): void {
    if (link.ends.every(({ isOpen }) => !isOpen)) this.links.delete(link.linkId)
  }
}

const endsFor = (link: SimulatedLink, process: NetworkedProcess): { own: LinkEnd; other: LinkEnd } => {
  const [one, other] = link.ends
  return one.process === process ? { own: one, other } : { own: other, other: one }
}

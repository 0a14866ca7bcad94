import { Fault } from '@shared/fault/fault.ts'
import type { AddressSource } from './address-book.ts'
import type { LinkFacts } from './cluster-effects.ts'
import type { ByeReason, ClusterFrame } from './cluster-frame.ts'
import { measureRoundTrip } from './cluster-link.ts'
import type { ClusterLink } from './cluster-link.ts'
import type { ClusterNode } from './cluster-node.ts'
import { createParts } from './cluster-parts.ts'
import type { ClusterCoreOptions, ClusterParts } from './cluster-parts.ts'
import type { ClusterRecord, RecordKind, RecordValues } from './cluster-record.ts'
import type { Moment } from './cluster-rules.ts'
import { FactSharing } from './fact-sharing.ts'
import { LinkEnds } from './link-ends.ts'
import { LinkGreeting } from './link-greeting.ts'
import { TickWatch, judgeLink } from './link-watch.ts'
import type { LinkTrouble } from './link-trouble.ts'
import type { NodeId } from './node-id.ts'
import { NodeRoster } from './node-roster.ts'
import type { NodeAddress, NodeTopics, TopicName } from './node-topics.ts'

/** What a bye means for us; undefined: nothing has gone wrong. */
const TROUBLE_OF_BYE = {
  stopping: 'closed',
  removed: 'removed',
  'duplicate-identity': 'duplicate-identity',
  'protocol-version': 'protocol-version',
  'second-link': undefined,
  'broken-frame': 'closed',
} as const satisfies Record<ByeReason, LinkTrouble | undefined>

/**
 * The cluster as one node sees it: who is a member, who can be reached, and what all have said of themselves. Pure: time
 * comes with each call, all that happens goes through `effects`.
 *
 * 1. A connection comes → both ends greet; of two between the same nodes one stays (`LinkGreeting`).
 * 2. A link is up → each end sends a digest, and is sent what it lacks (`FactSharing`).
 * 3. Something changes here → all that have a link hear it at once.
 * 4. A tick → links are probed, silent ones closed (`judgeLink`); one random node is asked for what we missed; members
 *    without a link are dialled (`DialPlan`).
 * 5. A member is removed → its links are closed wherever the record arrives.
 * 6. Another process with our identity was started later → we are fenced: out for good.
 *
 * Nothing that another end sends makes it throw.
 */
export class ClusterCore {
  private readonly parts: ClusterParts
  private readonly ends: LinkEnds
  private readonly facts: FactSharing
  private readonly greeting: LinkGreeting
  private readonly roster: NodeRoster
  private readonly ticks: TickWatch
  private state: 'running' | 'stopped' | 'fenced' = 'running'
  private digestDueAtMs = Number.NEGATIVE_INFINITY

  constructor(options: ClusterCoreOptions) {
    this.parts = createParts(options)
    this.ends = new LinkEnds(this.parts)
    this.facts = new FactSharing(this.parts, this.ends)
    this.greeting = new LinkGreeting(this.parts, this.ends, this.facts)
    this.roster = new NodeRoster(this.parts)
    this.ticks = new TickWatch(options.rules.tickMs)
  }

  /** This node first, then all other members, those that are down too. */
  get nodes(): readonly ClusterNode[] {
    return this.roster.nodes
  }

  /** This node, or a member. */
  find(nodeId: NodeId): ClusterNode | undefined {
    return this.roster.find(nodeId)
  }

  isMember(nodeId: NodeId): boolean {
    return this.parts.book.isMember(nodeId)
  }

  /**
   * Whom to let in at the outer door: members, and those who were removed. These are shown that they were, and nothing
   * else, or a node that was away meanwhile would never learn why nobody talks to it.
   */
  mayKnock(nodeId: NodeId): boolean {
    return this.parts.book.memberOf(nodeId) !== undefined
  }

  /** All, tombstones too: to be saved. */
  get records(): readonly ClusterRecord[] {
    return this.parts.book.all
  }

  /** Where the other members may be, best first: to be saved, and told to who joins. */
  get knownAddresses(): readonly (NodeAddress & { readonly nodeId: NodeId })[] {
    const { book, addresses } = this.parts
    return [...book.members.keys()].flatMap((nodeId) =>
      addresses.of(nodeId).map((address) => ({ ...address, nodeId })),
    )
  }

  /** Where that member may be, best first. */
  addressesOf(nodeId: NodeId): readonly NodeAddress[] {
    return this.parts.addresses.of(nodeId)
  }

  /** True when another process with our identity was started later. */
  get isFenced(): boolean {
    return this.state === 'fenced'
  }

  /** A connection whose other end has proved who it is. */
  onLink(facts: LinkFacts, at: Moment): void {
    const { links, plan } = this.parts
    if (links.find(facts.linkId) !== undefined) return
    const link = links.add(facts, at)
    plan.onLink(facts.nodeId, at.nowMs)
    if (!this.isActive) return links.close(link, undefined, at.nowMs)
    if (this.isMember(facts.nodeId)) this.greeting.onLink(link, at)
    else this.facts.refuse(link, at)
  }

  /** It is closed, whoever did it; of links that are not known (any more) nothing follows. */
  onLinkDown(linkId: string, trouble: LinkTrouble, at: Moment): void {
    const link = this.parts.links.find(linkId)
    if (link !== undefined) this.ends.onEnded(link, trouble, at)
  }

  /** @param frame undefined: what came is no frame */
  onFrame(linkId: string, frame: ClusterFrame | undefined, at: Moment): void {
    const link = this.parts.links.find(linkId)
    if (link === undefined || !this.isActive) return
    link.heardAtMs = at.nowMs
    link.heardAt = at.wallClockMs
    if (frame === undefined || !isInOrder(link, frame)) this.breakOff(link, at)
    else this.hear(link, frame, at)
  }

  /**
   * A node may be there. Only of members, so records come before. What was seen is added to what was seen before; every
   * other source says all that it knows.
   */
  onAddresses(
    nodeId: NodeId,
    addresses: readonly NodeAddress[],
    source: Exclude<AddressSource, 'announced'>,
    at: Moment,
  ): void {
    if (nodeId === this.parts.self.nodeId || !this.isMember(nodeId)) return
    const isNew = this.parts.addresses.learn(nodeId, source, addresses)
    if (isNew || source === 'seen') this.parts.plan.wake(nodeId, at.nowMs)
  }

  /** None of the addresses of `dial` answered. */
  onDialFailed(nodeId: NodeId, trouble: LinkTrouble, at: Moment): void {
    const { links, plan, standings } = this.parts
    if (!this.isMember(nodeId) || links.allTo(nodeId).length > 0) return
    plan.onFailed(nodeId, at.nowMs)
    standings.onTrouble(nodeId, trouble)
  }

  /** To be called every 100 to 250 ms. */
  onTick(at: Moment): void {
    const { own, links } = this.parts
    const lateMs = this.ticks.lateMs(at.nowMs)
    if (!this.isActive) return
    for (const signed of own.due(at.nowMs)) this.facts.say(signed, at.nowMs)
    for (const link of links.all) this.watch(link, lateMs, at)
    this.catchUp(at.nowMs)
    this.dial(at.nowMs)
  }

  /**
   * Says something of this node. What changes with every request is sent at most every `coalesceMs`, what has not changed
   * never. The value must not be changed afterwards.
   * @throws Fault `too_large` for what other nodes would not take; they go on with what it said before
   */
  announce<Topic extends TopicName>(topic: Topic, value: NodeTopics[Topic], at: Moment): void {
    const signed = this.parts.own.say(topic, value, at.nowMs)
    if (signed !== undefined && !this.facts.say(signed, at.nowMs)) throw unfit(topic)
  }

  /**
   * A change that is made here: of a member, or of a key. It is later than what it replaces, whatever the clock says.
   * `putRecord` makes it known.
   */
  stampRecord<Kind extends RecordKind>(
    kind: Kind,
    id: string,
    value: RecordValues[Kind],
    at: Moment,
  ): ClusterRecord<RecordValues[Kind]> {
    const { self, book } = this.parts
    return book.stamp(kind, id, value, { nodeId: self.nodeId, wallClockMs: at.wallClockMs })
  }

  /** All members learn of it. @returns false when it changes nothing: there is a later one, or no room */
  putRecord(record: ClusterRecord, at: Moment): boolean {
    return this.facts.merge([record], undefined, at)
  }

  /** This node has worked on prompts: their last blocks, newest last. */
  sayPrefixes(model: string, hashes: readonly string[], at: Moment): void {
    if (this.isActive) this.parts.links.sendToAll({ type: 'prefixes', model, hashes }, at.nowMs)
  }

  /** Says goodbye. Nothing happens afterwards. */
  stop(at: Moment): void {
    if (this.state !== 'running') return
    this.state = 'stopped'
    this.ends.endAll({ bye: 'stopping', trouble: 'closed' }, at)
  }

  /** A node that was removed keeps still until it is let in again. */
  private get isActive(): boolean {
    const { book, self } = this.parts
    return this.state === 'running' && book.isMember(self.nodeId)
  }

  private hear(link: ClusterLink, frame: ClusterFrame, at: Moment): void {
    const { links, effects } = this.parts
    if (frame.type === 'ping') links.send(link, { type: 'pong', id: frame.id }, at.nowMs)
    else if (frame.type === 'pong') measureRoundTrip(link, frame.id, at.nowMs)
    else if (frame.type === 'records') this.facts.merge(frame.records, link, at)
    else if (frame.type === 'digest') this.facts.answer(link, frame, at.nowMs)
    else if (frame.type === 'prefixes') effects.onPrefixes(link.nodeId, frame.model, frame.hashes)
    else this.follow(link, frame, at)
  }

  /** Frames after which a link, or this node, may be out. */
  private follow(
    link: ClusterLink,
    frame: Extract<ClusterFrame, { readonly type: 'hello' | 'announce' | 'bye' }>,
    at: Moment,
  ): void {
    if (frame.type === 'bye') return this.onBye(link, frame.reason, at)
    const hearing =
      frame.type === 'hello'
        ? this.greeting.onHello(link, frame, at)
        : this.facts.onAnnouncements(frame.announcements, link, at)
    if (hearing === 'fenced') this.fence(at)
    if (hearing === 'forged') this.breakOff(link, at)
  }

  private onBye(link: ClusterLink, reason: ByeReason, at: Moment): void {
    if (reason === 'second-link') return this.ends.onSecondClosed(link, at)
    this.ends.end(link, { bye: undefined, trouble: TROUBLE_OF_BYE[reason] }, at)
    if (reason === 'duplicate-identity') this.fence(at)
  }

  private breakOff(link: ClusterLink, at: Moment): void {
    this.ends.end(link, { bye: 'broken-frame', trouble: 'closed' }, at)
  }

  private fence(at: Moment): void {
    if (this.state !== 'running') return
    this.state = 'fenced'
    this.ends.endAll({ bye: 'stopping', trouble: 'closed' }, at)
    this.parts.standings.onTrouble(this.parts.self.nodeId, 'duplicate-identity')
    this.parts.effects.onFenced()
  }

  private watch(link: ClusterLink, lateMs: number, at: Moment): void {
    const { self, links, rules } = this.parts
    link.heardAtMs = Math.min(at.nowMs, link.heardAtMs + lateMs)
    const isProber = self.nodeId < link.nodeId
    const verdict = judgeLink(link, rules, { isProber, nowMs: at.nowMs })
    if (verdict === 'ping') links.ping(link, at.nowMs)
    if (verdict === 'silent') this.ends.end(link, { bye: undefined, trouble: 'silent' }, at)
  }

  private catchUp(nowMs: number): void {
    const { links, rules, random } = this.parts
    if (nowMs < this.digestDueAtMs) return
    // Not in step with the others.
    this.digestDueAtMs = nowMs + rules.digestEveryMs * (0.75 + random() / 2)
    const link = links.inUse[Math.floor(random() * links.inUse.length)]
    if (link !== undefined) this.facts.askFor(link, nowMs)
  }

  private dial(nowMs: number): void {
    const { self, book, links, addresses, plan, effects } = this.parts
    const linked = links.nodesWithLink
    const wanted = [...book.members.keys()]
      .filter((nodeId) => nodeId !== self.nodeId && !linked.has(nodeId) && addresses.of(nodeId).length > 0)
      .map((nodeId) => ({ nodeId, yields: self.nodeId > nodeId }))
    for (const nodeId of plan.due(wanted, nowMs)) effects.dial(nodeId, addresses.of(nodeId))
  }
}

/** A greeting comes first, and once. Who lets nobody in says only why. */
const isInOrder = (link: ClusterLink, { type }: ClusterFrame): boolean => {
  if (type === 'hello') return link.hello === undefined
  return link.hello !== undefined || type === 'records' || type === 'bye'
}

const unfit = (topic: TopicName): Fault =>
  new Fault('too_large', `What this node says under "${topic}" is more than other nodes take.`)

import { Fault } from '@shared/fault/fault.ts'
import type { Member } from '../../policy/cluster/cluster-record.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { NodeTopics, TopicName } from '../../policy/cluster/node-topics.ts'
import type { ClusterBundle, ClusterDesk, PeerDoorFacts } from './cluster-desk.ts'
import type { ClusterPorts } from './cluster-ports.ts'
import { ClusterRun } from './cluster-run.ts'
import type { ClusterChange, ClusterNode, ClusterView } from './cluster-view.ts'
import { ClusterWitness } from './cluster-witness.ts'
import { createLoneNode } from './lone-node.ts'
import type { MembershipEvents } from './membership.ts'
import type { SavedCluster } from './saved-cluster.ts'
import { keyRecord, keysIn, membersIn } from './shared-records.ts'

/** What nodes hear of each other changes with every message; who asks in between gets what was put together last. */
const VIEW_KEPT_MS = 100

/**
 * The cluster of this node, if it is in one. Nothing of it is loaded, opened or listening before `open` or `enter`, or a
 * start on a data directory whose node is in one.
 */
export class ClusterRuntime implements ClusterView, ClusterDesk {
  readonly witness = new ClusterWitness()
  private readonly listeners = new Set<(change: ClusterChange) => void>()
  private readonly prefixListeners = new Set<MembershipEvents['onPrefixes']>()
  private readonly removedListeners = new Set<(nodeId: NodeId) => void>()
  private members: ReadonlySet<NodeId> = new Set()
  private readonly lone: ClusterView
  private running: ClusterRun | undefined
  private drains = false
  private isInviting = false
  private lastWork: Promise<unknown> = Promise.resolve()
  private kept: { readonly nodes: readonly ClusterNode[]; readonly atMs: number } | undefined

  constructor(private readonly ports: ClusterPorts) {
    this.lone = createLoneNode(ports.settings.name)
    ports.keys.onChanged((keys) => {
      for (const key of keys) this.running?.putRecord(keyRecord(key))
    })
  }

  /** Undefined: this node is in no cluster. */
  get run(): ClusterRun | undefined {
    return this.running
  }

  get clusterId(): string | undefined {
    return this.running?.clusterId
  }

  get self(): ClusterNode {
    return this.nodes[0] ?? this.lone.self
  }

  get nodes(): readonly ClusterNode[] {
    if (this.running === undefined) return this.lone.nodes
    const atMs = this.ports.clock.now()
    if (this.kept === undefined || atMs - this.kept.atMs > VIEW_KEPT_MS) {
      this.kept = { nodes: selfFirst(this.running.core.nodes), atMs }
    }
    return this.kept.nodes
  }

  get isDraining(): boolean {
    return this.drains
  }

  find(nodeId: NodeId): ClusterNode | undefined {
    return this.nodes.find((node) => node.nodeId === nodeId)
  }

  named(text: string): ClusterNode | undefined {
    const name = text.toLowerCase()
    const meant = [
      this.nodes.filter(({ nodeId }) => nodeId === text),
      this.nodes.filter((node) => node.name.toLowerCase() === name),
      text === '' ? [] : this.nodes.filter(({ nodeId }) => nodeId.endsWith(text)),
    ].find(({ length }) => length > 0)
    return meant?.length === 1 ? meant[0] : undefined
  }

  onChange(listener: (change: ClusterChange) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** Told of prompts that other nodes have worked on. */
  onPrefixes(listener: MembershipEvents['onPrefixes']): void {
    this.prefixListeners.add(listener)
  }

  /** Told of each node that is no member any more. */
  onNodeRemoved(listener: (nodeId: NodeId) => void): void {
    this.removedListeners.add(listener)
  }

  sayPrefixes(model: string, hashes: readonly string[]): void {
    this.running?.sayPrefixes(model, hashes)
  }

  /** Says something of this node to the others; of a node in no cluster nobody hears it. */
  announce<Topic extends TopicName>(topic: Topic, value: NodeTopics[Topic]): void {
    this.running?.announce(topic, value)
  }

  standingOf(nodeId: NodeId): 'member' | 'removed' | 'unknown' {
    const member = this.running?.memberOf(nodeId)
    if (member === undefined) return 'unknown'
    return member.removedAt === null ? 'member' : 'removed'
  }

  /** Comes back to the cluster that this node was in. @throws Fault `conflict` for a broken file, or a port that is taken */
  start(): Promise<void> {
    return this.inTurn(async () => {
      const saved = await this.ports.saved.read()
      if (saved !== undefined) await this.begin(saved)
    })
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.end())
  }

  open(): Promise<PeerDoorFacts> {
    return this.inTurn(async () => {
      const { addresses, door, nodeId } = this.running ?? (await this.found())
      return { nodeId, name: this.ports.settings.name, certificate: door.certificate, addresses }
    })
  }

  admit({ name, nodeId }: Pick<Member, 'nodeId' | 'name'>): Promise<ClusterBundle> {
    return this.inTurn(async () => {
      const run = this.demandCluster()
      await run.putMember({ nodeId, name, joinedAt: this.ports.now(), removedAt: null })
      return run.bundle()
    })
  }

  enter({ addresses, clusterId, records, secret }: ClusterBundle): Promise<void> {
    return this.inTurn(async () => {
      const isElsewhere = this.running !== undefined && this.running.clusterId !== clusterId
      if (isElsewhere && !this.isShutOut())
        throw new Fault('conflict', 'This node is in another cluster. Let it leave first: skein leave.')
      await this.end()
      await this.ports.keys.merge(keysIn(records))
      const saved = { clusterId, secret, records: membersIn(records), addresses }
      await this.ports.saved.write(saved)
      await this.begin(saved)
    })
  }

  remove(nodeId: NodeId): Promise<boolean> {
    return this.inTurn(async () => {
      const run = this.demandCluster()
      if (nodeId === run.nodeId)
        throw new Fault('conflict', 'That is this node itself. It leaves by: skein leave.')
      const member = run.memberOf(nodeId)
      if (member === undefined || member.removedAt !== null) return false
      await run.putMember({ ...member, removedAt: this.ports.now() })
      return true
    })
  }

  leave(): Promise<void> {
    return this.inTurn(async () => {
      const run = this.demandCluster()
      const own = run.memberOf(run.nodeId)
      // Told before the links close; who is not there now learns it from the others.
      if (own !== undefined && !this.isShutOut()) await run.putMember({ ...own, removedAt: this.ports.now() })
      await this.end()
      await this.ports.saved.remove()
      this.tell({ type: 'members' })
    })
  }

  setDraining(isDraining: boolean): void {
    this.drains = isDraining
  }

  setInviting(isInviting: boolean): void {
    this.isInviting = isInviting
    this.running?.network.setInviting(isInviting)
  }

  private demandCluster(): ClusterRun {
    if (this.running !== undefined) return this.running
    throw new Fault(
      'conflict',
      'This node is in no cluster. Found one by: skein invite, or enter one by: skein join.',
    )
  }

  /** Removed by others, or another process has this node's identity. */
  private isShutOut(): boolean {
    return this.self.trouble !== undefined
  }

  private async found(): Promise<ClusterRun> {
    const { createId, createSecret, now, openIdentity, saved, settings } = this.ports
    const { nodeId } = await openIdentity()
    const joinedAt = now()
    const value: Member = { nodeId, name: settings.name, joinedAt, removedAt: null }
    const record = { kind: 'member' as const, id: nodeId, updatedAt: joinedAt, updatedBy: nodeId, value }
    const secret = Buffer.from(createSecret()).toString('base64url')
    const cluster: SavedCluster = { clusterId: createId(), secret, records: [record], addresses: [] }
    await saved.write(cluster)
    return this.begin(cluster)
  }

  private async begin(saved: SavedCluster): Promise<ClusterRun> {
    const run = await ClusterRun.begin(this.ports, saved, this.events())
    this.running = run
    run.network.setInviting(this.isInviting)
    this.tell({ type: 'members' })
    const { clusterId, door, nodeId } = run
    const { dataPort, linkPort } = door
    this.ports.log.info({ clusterId, nodeId, linkPort, dataPort }, 'in a cluster')
    return run
  }

  private async end(): Promise<void> {
    const { running } = this
    if (running === undefined) return
    await running.save()
    this.running = undefined
    this.kept = undefined
    await running.end()
  }

  private events(): Parameters<typeof ClusterRun.begin>[2] {
    const { log, now } = this.ports
    return {
      onChange: (change) => this.tell(change),
      onTrouble: (nodeId, trouble) => log.info({ nodeId, trouble }, 'nodes do not get together'),
      onPrefixes: (nodeId, model, hashes) => {
        for (const listener of this.prefixListeners) listener(nodeId, model, hashes)
      },
      onFenced: () =>
        log.error(
          'another machine has the identity of this node and was started later; this one keeps still. Is its data directory a copy? Then remove <SKEIN_HOME>/cluster here and join again.',
        ),
      onSighting: (sighting) => this.witness.onSighting(sighting, now()),
      onRefused: (attempt) => this.witness.onRefused(attempt, now()),
    }
  }

  private tell(change: ClusterChange): void {
    this.kept = undefined
    if (change.type === 'members') this.tellRemoved()
    for (const listener of this.listeners) listener(change)
  }

  private tellRemoved(): void {
    const before = this.members
    this.members = new Set(this.nodes.map(({ nodeId }) => nodeId))
    for (const nodeId of before.difference(this.members))
      for (const listener of this.removedListeners) listener(nodeId)
  }

  /** One after the other: joining in the middle of leaving would end in neither. */
  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.lastWork.catch(() => undefined).then(work)
    this.lastWork = turn
    return turn
  }
}

const selfFirst = ([self, ...others]: readonly ClusterNode[]): readonly ClusterNode[] => {
  const byName = others.toSorted((one, other) => one.name.localeCompare(other.name))
  return self === undefined ? byName : [self, ...byName]
}

import type { ClusterRecord, Member } from '@service/router/policy/cluster/cluster-record.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import { recordKey, recordStamp } from '@service/router/policy/cluster/record-book.ts'
import type { ClusterSimulation, Machine } from './cluster-simulation.ts'
import type { SimulatedNode } from './simulated-node.ts'
import { solidReach } from './solid-reach.ts'

/** What is so, whatever the nodes believe: who is a member, and which change of each record was the last. */
export class ClusterTruth {
  private readonly last = new Map<string, { readonly record: ClusterRecord; readonly by: Machine }>()
  private readonly founderCount: number

  constructor(private readonly simulation: ClusterSimulation) {
    this.founderCount = simulation.machines.length
  }

  /** Those that are able to do something, and are members: some were removed and have not heard it yet. */
  get insiders(): readonly SimulatedNode[] {
    return this.simulation.running.filter((node) => !node.isFrozen && this.isIn(node.nodeId))
  }

  /**
   * Those who reach more than half of the members. Only they change who is one: two halves that remove each other are two
   * clusters afterwards, and nobody can say which is the right one.
   */
  get majority(): readonly SimulatedNode[] {
    const memberCount = this.simulation.machines.filter(({ nodeId }) => this.isIn(nodeId)).length
    return this.insiders.filter((node) => {
      const reached = [...solidReach(this.simulation, node)].filter(({ nodeId }) => this.isIn(nodeId))
      return reached.length > memberCount / 2
    })
  }

  /** At least two that work are left. */
  removableBy(by: SimulatedNode): readonly Machine[] {
    return this.simulation.machines.filter(
      ({ nodeId }) =>
        nodeId !== by.nodeId &&
        by.core.isMember(nodeId) &&
        this.isLatest(by, `member ${nodeId}`) &&
        this.insiders.filter((node) => node.nodeId !== nodeId).length >= 2,
    )
  }

  /** Who changes what it does not know the last of is overtaken, and nobody is to blame. */
  isLatest(by: SimulatedNode, key: string): boolean {
    const latest = this.last.get(key)
    if (latest === undefined) return true
    const own = by.core.records.find((record) => recordKey(record) === key)
    return own !== undefined && recordStamp(own) === recordStamp(latest.record)
  }

  remember(by: SimulatedNode, key: string): void {
    const record = by.core.records.find((known) => recordKey(known) === key)
    if (record !== undefined) this.last.set(key, { record, by: this.simulation.machineOf(by.nodeId) })
  }

  onRemoved(machine: Machine, by: SimulatedNode): void {
    this.remember(by, `member ${machine.nodeId}`)
    // What it changed last may have reached nobody.
    for (const [key, { by: author }] of this.last)
      if (author === machine && key.startsWith('key')) this.last.delete(key)
  }

  /** The last change of every record stays, if who made it is still one of us. @returns what does not hold */
  check(): readonly string[] {
    const judge = this.insiders[0]
    if (judge === undefined) return []
    const known = new Map(judge.core.records.map((record) => [recordKey(record), recordStamp(record)]))
    return [...this.last].flatMap(([key, { record, by }]) =>
      !this.isIn(by.nodeId) || known.get(key) === recordStamp(record)
        ? []
        : [`the last change of ${key} is lost`],
    )
  }

  private isIn(nodeId: NodeId): boolean {
    const last = this.last.get(`member ${nodeId}`)
    const { machines } = this.simulation
    return last === undefined
      ? machines.findIndex((machine) => machine.nodeId === nodeId) < this.founderCount
      : // The last change of a member is a member.
        (last.record.value as Member).removedAt === null
  }
}

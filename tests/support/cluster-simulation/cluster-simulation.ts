import type { ClusterChange } from '@service/router/policy/cluster/cluster-node.ts'
import type { ClusterRecord, Member } from '@service/router/policy/cluster/cluster-record.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeAddress } from '@service/router/policy/cluster/node-topics.ts'
import { SeededRandom } from '../gguf/seeded-random.ts'
import { EventQueue } from './event-queue.ts'
import { nodeIdOf } from './simulated-identity.ts'
import { SimulatedNetwork } from './simulated-network.ts'
import { SimulatedNode, addressAt } from './simulated-node.ts'
import type { SimulatedWorld } from './simulated-node.ts'

/** A computer, and what is on its disk; processes on it come and go. */
export interface Machine {
  readonly nodeId: NodeId
  readonly name: string
  /** Of the process that owns the name; undefined while none runs. */
  node: SimulatedNode | undefined
  host: string
  epoch: number
  wallOffsetMs: number
  records: readonly ClusterRecord[]
  addresses: readonly (NodeAddress & { readonly nodeId: NodeId })[]
}

export interface SimulationOptions {
  readonly seed: number
  readonly nodes: number
  readonly usesMulticast: boolean
  readonly usesWire: boolean
  readonly onChange?: (node: SimulatedNode, change: ClusterChange) => void
}

const SIGHTING_EVERY_MS = 5000

/** A cluster of cores on a virtual network, in virtual time: the same seed gives the same story. */
export class ClusterSimulation {
  readonly queue = new EventQueue()
  readonly network: SimulatedNetwork
  readonly machines: Machine[] = []
  /** All that were ever started, those that were fenced too. */
  readonly nodes: SimulatedNode[] = []
  readonly random: () => number
  private readonly world: SimulatedWorld
  private hostCount = 0

  constructor(readonly options: SimulationOptions) {
    const random = new SeededRandom(options.seed)
    this.random = () => random.uniform()
    this.network = new SimulatedNetwork(this.queue, () => 0.2 + this.random() ** 4 * 20)
    this.world = {
      queue: this.queue,
      network: this.network,
      random: this.random,
      usesWire: options.usesWire,
      onChange: (node, change) => options.onChange?.(node, change),
    }
    this.found(options.nodes)
    if (options.usesMulticast) this.lookAround()
  }

  get nowMs(): number {
    return this.queue.nowMs
  }

  runFor(ms: number): void {
    this.queue.runUntil(this.queue.nowMs + ms)
  }

  /** Of processes that run and own their name. */
  get running(): readonly SimulatedNode[] {
    return this.machines.flatMap(({ node }) => (node?.isRunning === true ? [node] : []))
  }

  machineOf(nodeId: NodeId): Machine {
    return this.machines.find((machine) => machine.nodeId === nodeId)!
  }

  newHost(): string {
    this.hostCount += 1
    return `10.0.${this.hostCount >> 8}.${this.hostCount & 255}`
  }

  addMachine(): Machine {
    const number = this.machines.length
    const machine: Machine = {
      // Not in the order in which they come.
      nodeId: nodeIdOf((number + 1) * 7919 + (number % 3) * 1_000_000),
      name: `node-${number}`,
      node: undefined,
      host: this.newHost(),
      epoch: 0,
      wallOffsetMs: Math.round((this.random() - 0.5) * 2000),
      records: [],
      addresses: [],
    }
    this.machines.push(machine)
    return machine
  }

  start(machine: Machine): SimulatedNode {
    machine.epoch += 1
    const node = new SimulatedNode(this.world, machine)
    this.nodes.push(node)
    machine.node = node
    return node
  }

  stop(machine: Machine, isPowerLoss: boolean): void {
    const { node } = machine
    if (node === undefined) return
    machine.records = node.core.records
    machine.addresses = node.core.knownAddresses
    node.end(isPowerLoss)
    machine.node = undefined
  }

  /** A second process with the identity of the machine, elsewhere: a copied disk. It owns the name from now on. */
  duplicate(machine: Machine): SimulatedNode {
    machine.records = machine.node?.core.records ?? machine.records
    machine.addresses = machine.node?.core.knownAddresses ?? machine.addresses
    machine.host = this.newHost()
    return this.start(machine)
  }

  move(machine: Machine): void {
    machine.host = this.newHost()
    machine.node?.move(machine.host)
  }

  jumpClock(machine: Machine, byMs: number): void {
    machine.wallOffsetMs += byMs
    if (machine.node !== undefined) machine.node.wallOffsetMs = machine.wallOffsetMs
  }

  /** Nothing gets from the ones to the others; the other way too, unless it is a hole of one direction. */
  cut(from: readonly Machine[], to: readonly Machine[], isOneWay = false): void {
    for (const { host } of from)
      for (const other of to) {
        this.network.block(host, other.host)
        if (!isOneWay) this.network.block(other.host, host)
      }
  }

  healAll(): void {
    this.network.healAll()
  }

  /** Lets a machine in that is in no cluster, and starts it with what it is given. */
  admit(machine: Machine, sponsor: SimulatedNode): void {
    this.stop(machine, false)
    const { nodeId, name } = machine
    this.putMember(sponsor, { nodeId, name, joinedAt: sponsor.at.wallClockMs, removedAt: null })
    machine.records = sponsor.core.records
    machine.addresses = [
      ...sponsor.core.knownAddresses,
      { ...addressAt(sponsor.host), nodeId: sponsor.nodeId },
    ].filter((address) => address.nodeId !== nodeId)
    this.start(machine)
  }

  remove(machine: Machine, by: SimulatedNode): void {
    const { nodeId, name } = machine
    this.putMember(by, { nodeId, name, joinedAt: 0, removedAt: by.at.wallClockMs })
  }

  putMember(by: SimulatedNode, member: Member): void {
    by.core.putRecord(by.core.stampRecord('member', member.nodeId, member, by.at), by.at)
  }

  private found(count: number): void {
    const machines = Array.from({ length: count }, () => this.addMachine())
    const records: readonly ClusterRecord[] = machines.map(({ nodeId, name }) => ({
      kind: 'member',
      id: nodeId,
      updatedAt: 1,
      updatedBy: nodeId,
      value: { nodeId, name, joinedAt: 1, removedAt: null } satisfies Member,
    }))
    for (const machine of machines) {
      machine.records = records
      machine.addresses = this.options.usesMulticast
        ? []
        : machines
            .filter((other) => other !== machine)
            .map((other) => ({ ...addressAt(other.host), nodeId: other.nodeId }))
      this.queue.after(this.random() * 1000, () => this.start(machine))
    }
  }

  private lookAround(): void {
    this.queue.after(SIGHTING_EVERY_MS * this.random(), () => {
      for (const one of this.nodes) for (const other of this.nodes) this.see(one, other)
      this.lookAround()
    })
  }

  private see(one: SimulatedNode, other: SimulatedNode): void {
    const isThere = one.isRunning && other.isRunning && !other.isFrozen && one.nodeId !== other.nodeId
    if (isThere && this.network.canPass(other.host, one.host)) one.onSeen(other)
  }
}

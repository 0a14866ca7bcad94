import type { ClusterSimulation, Machine } from './cluster-simulation.ts'
import type { ClusterTruth } from './cluster-truth.ts'
import type { ClusterWatcher } from './cluster-watcher.ts'
import { solidReach } from './solid-reach.ts'

const HOUR_MS = 3_600_000
const REMOVAL_MS = 2000
/** From the first moment of silence to the tick that sees it. */
const DETECTION_MS = 3000

/** Does one thing to the cluster after the other, and looks at once at what has to follow from it. */
export class FaultMaker {
  readonly events: string[] = []
  private isCut = false
  private readonly faults: readonly (readonly [weight: number, fault: () => void])[]

  constructor(
    private readonly simulation: ClusterSimulation,
    private readonly watcher: ClusterWatcher,
    private readonly truth: ClusterTruth,
  ) {
    this.faults = [
      [4, () => this.cutApart()],
      [4, () => this.heal()],
      [3, () => this.kill()],
      [4, () => this.restart()],
      [2, () => this.freeze()],
      [2, () => this.stall()],
      [1, () => this.stallAll()],
      [3, () => this.remove()],
      [3, () => this.admit()],
      [3, () => this.putKey()],
      [2, () => this.jumpClock()],
      [1, () => this.duplicate()],
      [1, () => this.move()],
    ]
  }

  next(): void {
    const total = this.faults.reduce((sum, [weight]) => sum + weight, 0)
    let left = this.simulation.random() * total
    for (const [weight, fault] of this.faults) {
      left -= weight
      if (left >= 0) continue
      fault()
      break
    }
    this.simulation.runFor(200 + this.simulation.random() ** 2 * 8000)
  }

  /** Everything is repaired. */
  endAll(): void {
    this.heal()
    for (const node of this.simulation.nodes) if (node.isRunning && node.isFrozen) node.thaw()
    for (const machine of this.simulation.machines)
      if (machine.node?.isRunning !== true) this.simulation.start(machine)
  }

  private pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.simulation.random() * items.length)]
  }

  private tell(event: string, machines: readonly Machine[]): void {
    this.events.push(`${Math.round(this.simulation.nowMs)} ms: ${event}`)
    this.watcher.onFault(machines)
  }

  private cutApart(): void {
    const { machines, random } = this.simulation
    const ones = machines.filter(() => random() < 0.4)
    const others = machines.filter((machine) => !ones.includes(machine))
    const isOneWay = random() < 0.3
    this.tell(`nothing gets ${isOneWay ? 'from' : 'between'} ${namesOf(ones)} to the rest`, machines)
    const pairs = ones.flatMap((one) => others.map((other) => [one, other] as const))
    const linked = pairs.filter(([one, other]) => hasLink(one, other) && hasLink(other, one))
    this.simulation.cut(ones, others, isOneWay)
    this.isCut = true
    this.simulation.runFor(DETECTION_MS)
    for (const [one, other] of linked.filter((pair) =>
      pair.every((machine) => machine.node?.isFrozen === false),
    ))
      if (hasLink(one, other) || hasLink(other, one))
        this.watcher.complain(`${one.name} and ${other.name} have not seen in time that they are cut apart`)
    this.watcher.onFault(machines)
  }

  private heal(): void {
    if (this.isCut) this.tell('all gets through again', this.simulation.machines)
    this.isCut = false
    this.simulation.healAll()
  }

  private kill(): void {
    const node = this.pick(this.simulation.running)
    if (node === undefined || this.simulation.running.length < 3) return
    const machine = this.simulation.machineOf(node.nodeId)
    const isPowerLoss = this.simulation.random() < 0.4
    this.tell(`${machine.name} ${isPowerLoss ? 'has no power' : 'is killed'}`, [machine])
    this.simulation.stop(machine, isPowerLoss)
  }

  private restart(): void {
    const machine = this.pick(this.simulation.machines.filter(({ node }) => node?.isRunning !== true))
    if (machine === undefined) return
    this.tell(`${machine.name} starts again`, [machine])
    this.simulation.start(machine)
  }

  private freeze(): void {
    const node = this.pick(this.truth.insiders)
    if (node === undefined) return
    const machine = this.simulation.machineOf(node.nodeId)
    const watching = this.truth.insiders.filter(
      (other) => other !== node && other.core.find(node.nodeId)?.link === 'up',
    )
    this.tell(`${node.name} hangs`, [machine])
    node.freeze()
    this.simulation.runFor(DETECTION_MS)
    for (const other of watching)
      if (other.core.find(node.nodeId)?.link === 'up')
        this.watcher.complain(`${other.name} has not seen in time that ${node.name} hangs`)
    this.simulation.runFor(this.simulation.random() * 20_000)
    this.tell(`${node.name} goes on`, [machine])
    node.thaw()
  }

  /** Busy with something else, but not for so long that others may take it for dead. */
  private stall(): void {
    const node = this.pick(this.truth.insiders)
    if (node === undefined) return
    const stalledMs = 300 + this.simulation.random() * 700
    this.events.push(
      `${Math.round(this.simulation.nowMs)} ms: ${node.name} is busy for ${Math.round(stalledMs)} ms`,
    )
    node.freeze()
    this.simulation.runFor(stalledMs)
    node.thaw()
  }

  /** As when the lid of the machine is closed on which all of them run: nobody is to blame. */
  private stallAll(): void {
    const awake = this.simulation.nodes.filter(({ isRunning, isFrozen }) => isRunning && !isFrozen)
    this.events.push(`${Math.round(this.simulation.nowMs)} ms: everybody sleeps`)
    for (const node of awake) node.freeze()
    const sleptMs = this.simulation.random() * 20_000
    this.simulation.runFor(sleptMs)
    this.watcher.onSleep(sleptMs)
    for (const node of awake) node.thaw()
    this.simulation.runFor(1000)
  }

  private remove(): void {
    const by = this.pick(this.truth.majority)
    const machine = by === undefined ? undefined : this.pick(this.truth.removableBy(by))
    if (by === undefined || machine === undefined) return
    this.tell(`${by.name} removes ${machine.name}`, [machine])
    this.simulation.remove(machine, by)
    this.truth.onRemoved(machine, by)
    const reached = [...solidReach(this.simulation, by)].filter(({ nodeId }) => nodeId !== machine.nodeId)
    this.simulation.runFor(REMOVAL_MS)
    for (const node of reached)
      if (node.isRunning && node.core.isMember(machine.nodeId))
        this.watcher.complain(`${node.name} still lets ${machine.name} in`)
  }

  private admit(): void {
    const by = this.pick(this.truth.majority)
    if (by === undefined) return
    const outside = this.simulation.machines.filter(
      ({ nodeId }) => !by.core.isMember(nodeId) && this.truth.isLatest(by, `member ${nodeId}`),
    )
    const machine =
      this.pick(outside) ?? (this.simulation.machines.length < 64 ? this.simulation.addMachine() : undefined)
    if (machine === undefined) return
    this.tell(`${by.name} lets ${machine.name} in`, [machine])
    this.simulation.admit(machine, by)
    this.truth.remember(by, `member ${machine.nodeId}`)
  }

  private putKey(): void {
    const by = this.pick(this.truth.insiders)
    const id = `key_000000000000000${Math.floor(this.simulation.random() * 9)}`
    if (by === undefined || !this.truth.isLatest(by, `key ${id}`)) return
    const record = by.core.stampRecord('key', id, simulatedKey(id), by.at)
    this.tell(`${by.name} changes ${id}`, [])
    by.core.putRecord(record, by.at)
    this.truth.remember(by, `key ${id}`)
  }

  private jumpClock(): void {
    const machine = this.pick(this.simulation.machines)
    if (machine === undefined) return
    const byMs = Math.round(
      (this.simulation.random() - 0.5) * 2 * this.pick([1000, HOUR_MS, 1000 * HOUR_MS])!,
    )
    this.tell(`the clock of ${machine.name} jumps by ${byMs} ms`, [])
    this.simulation.jumpClock(machine, byMs)
  }

  private duplicate(): void {
    const node = this.pick(this.truth.insiders)
    // The black holes of hosts do not hold for a new one: it would see what nobody else does.
    if (node === undefined || this.isCut) return
    const machine = this.simulation.machineOf(node.nodeId)
    this.tell(`a copy of ${machine.name} starts elsewhere`, this.simulation.machines)
    this.simulation.duplicate(machine)
    this.simulation.runFor(8000)
    this.watcher.onFault([machine])
  }

  private move(): void {
    const machine = this.pick(this.simulation.machines.filter(({ node }) => node?.isFrozen === false))
    if (machine === undefined || this.isCut) return
    this.tell(`${machine.name} gets another address`, [machine])
    this.simulation.move(machine)
    this.simulation.runFor(8000)
  }
}

const namesOf = (machines: readonly Machine[]): string =>
  machines.map(({ name }) => name).join(', ') || 'nobody'

const hasLink = (from: Machine, to: Machine): boolean =>
  from.node?.isRunning === true && from.node.core.find(to.nodeId)?.link === 'up'

const simulatedKey = (id: string): unknown => ({
  id,
  label: 'a key',
  secretHash: '0'.repeat(64),
  masked: 'sk-skein-ab12…9f0c',
  scopes: ['inference'],
  origins: [],
  routes: [],
  models: [],
  endpointId: null,
  expiresAt: null,
  requestsPerMinute: null,
  tokenBudget: null,
  createdAt: '2027-01-01T00:00:00.000Z',
  updatedAt: 0,
  updatedBy: 'node',
  revokedAt: null,
})

import { ClusterSimulation } from './cluster-simulation.ts'
import { ClusterWatcher } from './cluster-watcher.ts'
import { checkQuiet, checkRest } from './check-rest.ts'
import { ClusterTruth } from './cluster-truth.ts'
import { FaultMaker } from './fault-maker.ts'

export interface StoryOptions {
  readonly seed: number
  /** Undefined: the seed decides, mostly few, sometimes many. */
  readonly nodes?: number
  readonly faults?: number
  /** 64 unless it says otherwise. */
  readonly mostNodes?: number
}

export interface StoryResult {
  readonly seed: number
  readonly nodes: number
  /** What does not hold. Empty: all is well. */
  readonly complaints: readonly string[]
  /** Of the story: what was done to the cluster, in its order. */
  readonly events: readonly string[]
  readonly frames: number
  readonly virtualMs: number
}

const SETTLE_MS = 30_000
/** Of sixty seeds one each has the last two: the time that a story takes grows with the square of the nodes. */
const SIZES = [3, 3, 4, 4, 5, 5, 6, 6, 7, 8].flatMap((few) => [few, few, few, few + 1, few * 2])
SIZES.push(9, 10, 11, 12, 13, 16, 18, 24, 40, 64)

/** A cluster in virtual time to which all kinds of faults happen, and what does not hold in it. */
export const playStory = ({ seed, nodes, faults = 25, mostNodes = 64 }: StoryOptions): StoryResult => {
  const size = nodes ?? Math.min(mostNodes, SIZES[(seed * 7) % SIZES.length] ?? 3)
  // Both know each other; nothing happens before both are there.
  const watcher: ClusterWatcher = new ClusterWatcher(() => simulation)
  const simulation: ClusterSimulation = new ClusterSimulation({
    seed,
    nodes: size,
    usesMulticast: seed % 3 !== 0,
    usesWire: size <= 5,
    onChange: (node, change) => watcher.onChange(node, change),
  })
  const truth = new ClusterTruth(simulation)
  const maker = new FaultMaker(simulation, watcher, truth)
  simulation.runFor(SETTLE_MS / 2)
  for (const complaint of checkRest(simulation, simulation.running))
    watcher.complain(`before any fault: ${complaint}`)
  for (let count = 0; count < faults && watcher.complaints.length === 0; count += 1) {
    maker.next()
    talk(simulation)
  }
  if (watcher.complaints.length === 0) settle(simulation, watcher, { maker, truth })
  return {
    seed,
    nodes: size,
    complaints: watcher.complaints,
    events: maker.events,
    frames: simulation.network.frameCount,
    virtualMs: simulation.nowMs,
  }
}

/** Some nodes have something to tell. */
const talk = (simulation: ClusterSimulation): void => {
  for (const node of simulation.running)
    if (!node.isFrozen && simulation.random() < 0.5) node.announceLoad(Math.floor(simulation.random() * 1e9))
}

const settle = (
  simulation: ClusterSimulation,
  watcher: ClusterWatcher,
  { maker, truth }: { readonly maker: FaultMaker; readonly truth: ClusterTruth },
): void => {
  watcher.onFault(simulation.machines)
  maker.endAll()
  talk(simulation)
  simulation.runFor(SETTLE_MS)
  for (const complaint of [...checkRest(simulation, truth.insiders), ...truth.check()])
    watcher.complain(complaint)
  for (const complaint of checkQuiet(simulation)) watcher.complain(complaint)
}

/** For people: what went wrong, and how to see it again. */
export const describeFailure = ({ seed, nodes, complaints, events }: StoryResult): string =>
  [
    `Seed ${seed}, ${nodes} nodes. Again: SIMULATION_SEED=${seed} SIMULATION_NODES=${nodes} bun prove simulation`,
    ...complaints.slice(0, 10).map((complaint) => `  does not hold: ${complaint}`),
    ...events.map((event) => `  ${event}`),
  ].join('\n')

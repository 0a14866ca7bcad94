import { SeededRandom } from '../gguf/seeded-random.ts'
import { QueueSimulation } from './simulate-queue.ts'
import type { SimulatedRequest, SimulatedVisit } from './simulate-queue.ts'

export const RULES = { queueLimit: 100_000, batchWaitMs: 30_000, modelTurnMs: 10_000 }
export const WAIT_MS = 60_000

const ENGINES = {
  small: { slots: 4, promptMsPerToken: 0.2, completionMsPerToken: 8 },
  large: { slots: 2, promptMsPerToken: 1, completionMsPerToken: 30 },
}

/** What a kind of client sends. Lengths are middle ones; real ones are between a fifth and about three times that. */
interface Habit {
  readonly caller: string
  readonly requestClass: SimulatedRequest['requestClass']
  readonly lane: keyof typeof ENGINES
  readonly promptTokens: number
  readonly completionTokens: number
  readonly statesLimit: boolean
}

const HABITS: readonly Habit[] = [
  {
    caller: 'chat',
    requestClass: 'interactive',
    lane: 'small',
    promptTokens: 300,
    completionTokens: 150,
    statesLimit: false,
  },
  {
    caller: 'agent',
    requestClass: 'interactive',
    lane: 'large',
    promptTokens: 3000,
    completionTokens: 80,
    statesLimit: true,
  },
  {
    caller: 'writer',
    requestClass: 'interactive',
    lane: 'large',
    promptTokens: 200,
    completionTokens: 300,
    statesLimit: false,
  },
  {
    caller: 'voice',
    requestClass: 'interactive',
    lane: 'small',
    promptTokens: 100,
    completionTokens: 40,
    statesLimit: true,
  },
  {
    caller: 'night',
    requestClass: 'batch',
    lane: 'small',
    promptTokens: 1000,
    completionTokens: 200,
    statesLimit: false,
  },
  {
    caller: 'papers',
    requestClass: 'batch',
    lane: 'large',
    promptTokens: 1500,
    completionTokens: 60,
    statesLimit: true,
  },
]

const requestOf = (random: SeededRandom, habit: Habit): SimulatedRequest => {
  const { caller, requestClass, lane, statesLimit } = habit
  const spread = (): number => 0.2 + random.uniform() * random.uniform() * 3.2
  const promptTokens = Math.round(habit.promptTokens * spread())
  const completionTokens = Math.max(1, Math.round(habit.completionTokens * spread()))
  return {
    caller,
    requestClass,
    lane,
    promptTokens,
    completionTokens,
    bodyBytes: Math.round(promptTokens * (3.3 + random.uniform() * 1.4)),
    limitTokens: statesLimit ? completionTokens * 2 : undefined,
  }
}

/** Milliseconds that a request takes of all the slots of its engine. */
const shareMs = ({ lane, promptTokens, completionTokens }: SimulatedRequest): number => {
  // `lane` comes from a habit.
  const { slots, promptMsPerToken, completionMsPerToken } = ENGINES[lane as keyof typeof ENGINES]
  return (promptTokens * promptMsPerToken + completionTokens * completionMsPerToken) / slots
}

/** Keys, classes, models and lengths of all kinds, with a burst now and then; engines are busy, and sometimes too busy. */
export const simulateMixedLoad = (seed: number, arrivals: number, load = 0.85): readonly SimulatedVisit[] => {
  const random = new SeededRandom(seed)
  const simulation = new QueueSimulation({
    rules: RULES,
    waitMs: WAIT_MS,
    engines: ENGINES,
    tellsCosts: true,
  })
  const nextAtMs = { small: 0, large: 0 }
  for (let count = 0; count < arrivals;) {
    const habit = HABITS[Math.floor(random.uniform() * HABITS.length)]
    if (habit === undefined) continue
    const burst = random.uniform() < 0.03 ? 5 + Math.floor(random.uniform() * 15) : 1
    for (let at = 0; at < burst && count < arrivals; at += 1, count += 1) {
      const request = requestOf(random, habit)
      simulation.arrive(nextAtMs[habit.lane] + at * 5, request)
      // Whatever comes together is followed by as long a pause on average as the engine needs for it.
      nextAtMs[habit.lane] += (shareMs(request) / load) * (burst === 1 ? random.uniform() * 2 : 1)
    }
  }
  simulation.run()
  return simulation.visits
}

/** Keys that always have ten requests for one model, each with a length of its own. */
const BACKLOGGED: readonly Habit[] = [
  { promptTokens: 50, completionTokens: 20 },
  { promptTokens: 400, completionTokens: 100 },
  { promptTokens: 4000, completionTokens: 30 },
  { promptTokens: 100, completionTokens: 700 },
  { promptTokens: 1000, completionTokens: 300 },
].map((lengths, at) => ({
  ...lengths,
  caller: `key-${at}`,
  requestClass: 'interactive',
  lane: 'small',
  statesLimit: at % 2 === 0,
}))

const createBacklog = (
  random: SeededRandom,
  { arrivals, tellsCosts }: { readonly arrivals: number; readonly tellsCosts: boolean },
): QueueSimulation => {
  let left = arrivals
  const send = (caller: string, atMs: number): void => {
    const habit = BACKLOGGED.find((known) => known.caller === caller)
    if (habit === undefined || left === 0) return
    left -= 1
    simulation.arrive(atMs, requestOf(random, habit))
  }
  const simulation = new QueueSimulation({
    rules: RULES,
    waitMs: Number.MAX_SAFE_INTEGER,
    engines: ENGINES,
    tellsCosts,
    onEnd: ({ caller }, { nowMs }) => send(caller, nowMs),
  })
  for (const { caller } of BACKLOGGED) for (let count = 0; count < 10; count += 1) send(caller, count)
  return simulation
}

/** What each of several keys gets that always have requests waiting: tokens, or the time of slots where nobody counts. */
export const simulateBacklog = (
  seed: number,
  options: { readonly arrivals: number; readonly tellsCosts: boolean },
): ReadonlyMap<string, number> => {
  const simulation = createBacklog(new SeededRandom(seed), options)
  simulation.run()
  // As long as all had work: what is left in the end is done by those who are left.
  const endMs = Math.max(...simulation.visits.map(({ arrivedAtMs }) => arrivedAtMs))
  const shares = new Map<string, number>()
  for (const visit of simulation.visits) {
    const { caller, doneAtMs, promptTokens, completionTokens } = visit
    if (doneAtMs === undefined || doneAtMs > endMs) continue
    const took = options.tellsCosts ? promptTokens + completionTokens : shareMs(visit)
    shares.set(caller, (shares.get(caller) ?? 0) + took)
  }
  return shares
}

/** How long requests of batch wait, one every ten seconds, while others keep every slot busy all the time. */
export const simulateBatchUnderLoad = (seed: number): readonly number[] => {
  const random = new SeededRandom(seed)
  const simulation = createBacklog(random, { arrivals: 3000, tellsCosts: true })
  const night = HABITS.find(({ caller }) => caller === 'night')
  if (night !== undefined) {
    for (let count = 1; count <= 50; count += 1) simulation.arrive(count * 10_000, requestOf(random, night))
  }
  simulation.run()
  return simulation.visits.filter(({ requestClass }) => requestClass === 'batch').map(waitedMs)
}

/** Milliseconds that one short request waits behind 500 long ones of another key, and the longest turn of the engine. */
export const simulateShortBehindLong = (
  seed: number,
): { readonly waitedMs: number; readonly turnMs: number } => {
  const random = new SeededRandom(seed)
  const engines = { large: { ...ENGINES.large, slots: 1 } }
  const simulation = new QueueSimulation({
    rules: RULES,
    waitMs: Number.MAX_SAFE_INTEGER,
    engines,
    tellsCosts: true,
  })
  const habit: Habit = {
    caller: 'many',
    requestClass: 'interactive',
    lane: 'large',
    promptTokens: 2000,
    completionTokens: 500,
    statesLimit: false,
  }
  for (let count = 0; count < 500; count += 1) simulation.arrive(count, requestOf(random, habit))
  const one = { ...habit, caller: 'one', promptTokens: 20, completionTokens: 10 }
  simulation.arrive(5000 + random.uniform() * 300_000, requestOf(random, one))
  simulation.run()
  const waits = simulation.visits.filter(({ caller }) => caller === 'one').map(waitedMs)
  const turns = simulation.visits.map(({ grantedAtMs = 0, doneAtMs = 0 }) => doneAtMs - grantedAtMs)
  return { waitedMs: Math.max(...waits), turnMs: Math.max(...turns) }
}

/** Infinite for a request that never got a slot. */
export const waitedMs = ({ arrivedAtMs, grantedAtMs }: SimulatedVisit): number =>
  grantedAtMs === undefined ? Number.POSITIVE_INFINITY : grantedAtMs - arrivedAtMs

/** 1 when all have the same, 1 ⁄ n when one has everything. */
export const jainIndex = (shares: readonly number[]): number => {
  const sum = shares.reduce((total, share) => total + share, 0)
  return sum ** 2 / (shares.length * shares.reduce((total, share) => total + share ** 2, 0))
}

export interface PredictionGroup {
  readonly requestClass: string
  readonly requests: number
  readonly predictedMs: number
  readonly realMs: number
}

/** Predictions of one class, from the shortest to the longest in four groups of one size: the middle of each, and of what came. */
export const groupPredictions = (visits: readonly SimulatedVisit[]): readonly PredictionGroup[] =>
  (['interactive', 'batch'] as const).flatMap((requestClass) => {
    const waited = visits
      .filter(
        (visit) =>
          visit.requestClass === requestClass && waitedMs(visit) > 0 && visit.grantedAtMs !== undefined,
      )
      .filter(({ predictedMs }) => predictedMs > 0)
      .toSorted((left, right) => left.predictedMs - right.predictedMs)
    return [0, 1, 2, 3].map((quarter) => {
      const group = waited.slice((quarter * waited.length) / 4, ((quarter + 1) * waited.length) / 4)
      return {
        requestClass,
        requests: group.length,
        predictedMs: middle(group.map(({ predictedMs }) => predictedMs)),
        realMs: middle(group.map(waitedMs)),
      }
    })
  })

const middle = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0

import type { PlacementPolicy } from '@service/router/policy/placement/placement.ts'
import { SeededRandom } from '../gguf/seeded-random.ts'
import { LruPrefixCache } from './lru-prefix-cache.ts'
import { SimulatedCluster } from './simulated-cluster.ts'
import type { SimulatedVisit, SimulationOptions } from './simulated-cluster.ts'
import type { EngineOptions } from './simulated-engine.ts'
import { pagesOf } from './simulated-prompt.ts'
import type { SimulatedPrompt } from './simulated-prompt.ts'

export const EVERYDAY_ENGINE: EngineOptions = {
  slots: 4,
  prefillTokensPerSecond: 2000,
  decodeTokensPerSecond: 40,
  cacheTokens: 200_000,
  loadMs: 4000,
  isWarm: true,
}

export interface TraceOptions {
  readonly engines: readonly EngineOptions[]
  readonly policy: PlacementPolicy
  readonly seed: number
  readonly lastsMs: number
  /** Of all doors together. */
  readonly perSecond: number
  readonly announceEveryMs?: number
  readonly entries?: number
}

const clusterFor = (options: TraceOptions, onEnd?: (visit: SimulatedVisit) => void): SimulatedCluster => {
  const { announceEveryMs = 200, engines, entries = Math.min(4, engines.length), policy, seed } = options
  const plain: SimulationOptions = { engines, policy, seed, entries, announceEveryMs, rttMs: 1 }
  return new SimulatedCluster(onEnd === undefined ? plain : { ...plain, onEnd })
}

const exponential = (random: SeededRandom, mean: number): number => -Math.log(1 - random.uniform()) * mean

/** Requests come at random times, whatever the cluster does. */
const feed = (
  options: TraceOptions,
  cluster: SimulatedCluster,
  random: SeededRandom,
  next: () => void,
): void => {
  const arrive = (): void => {
    if (cluster.time.now() > options.lastsMs) return
    next()
    cluster.time.after(exponential(random, 1000 / options.perSecond), arrive)
  }
  arrive()
}

/** No two prompts have anything in common. */
export const playStrangers = (
  options: TraceOptions,
  during?: (cluster: SimulatedCluster) => void,
): SimulatedCluster => {
  const random = new SeededRandom(options.seed)
  const cluster = clusterFor(options)
  const entries = options.entries ?? Math.min(4, options.engines.length)
  let requests = 0
  feed(options, cluster, random, () => {
    requests += 1
    cluster.send({
      entry: random.uint32() % entries,
      answerTokens: 20 + Math.floor(exponential(random, 130)),
      prompt: {
        tokens: 100 + Math.floor(exponential(random, 900)),
        systemTokens: 0,
        systemId: 0,
        conversationId: requests,
      },
    })
  })
  during?.(cluster)
  cluster.time.runUntil(Infinity)
  return cluster
}

const AGENT_KINDS = 4
/** Instructions and tools of a coding agent. */
const SYSTEM_TOKENS = 12_000
const MOST_TURNS = 20
const TURN_TOKENS = { least: 100, mean: 700 }
const ANSWER_TOKENS = { least: 20, mean: 120 }
const MEAN_THINK_MS = 2000

const someTokens = (random: SeededRandom, { least, mean }: typeof TURN_TOKENS): number =>
  least + Math.floor(exponential(random, mean - least))

/** One conversation of an agent, with random numbers of its own, so that all policies get the same conversations. */
class AgentSession {
  private readonly systemId: number
  private turnsLeft: number
  private tokens = SYSTEM_TOKENS

  constructor(
    private readonly id: number,
    private readonly random: SeededRandom,
  ) {
    this.systemId = random.uint32() % AGENT_KINDS
    this.turnsLeft = 1 + (random.uint32() % MOST_TURNS)
  }

  sendTurn(cluster: SimulatedCluster, entries: number, turns: Map<SimulatedPrompt, () => void>): void {
    this.turnsLeft -= 1
    this.tokens += someTokens(this.random, TURN_TOKENS)
    const answerTokens = someTokens(this.random, ANSWER_TOKENS)
    const prompt: SimulatedPrompt = {
      tokens: this.tokens,
      systemTokens: SYSTEM_TOKENS,
      systemId: this.systemId,
      conversationId: this.id,
    }
    turns.set(prompt, () => {
      turns.delete(prompt)
      this.tokens += answerTokens
      const thinkMs = exponential(this.random, MEAN_THINK_MS)
      if (this.turnsLeft > 0) cluster.time.after(thinkMs, () => this.sendTurn(cluster, entries, turns))
    })
    cluster.send({ entry: this.random.uint32() % entries, prompt, answerTokens })
  }
}

/**
 * Agents: each session begins with one of a few long system prompts, and each turn sends all that was said before with
 * what a tool has brought. `perSecond` counts sessions.
 */
export const playAgents = (options: TraceOptions): SimulatedCluster => {
  const random = new SeededRandom(options.seed)
  const turns = new Map<SimulatedPrompt, () => void>()
  const cluster = clusterFor(options, ({ prompt }) => turns.get(prompt)?.())
  const entries = options.entries ?? Math.min(4, options.engines.length)
  let sessions = 0
  feed(options, cluster, random, () => {
    sessions += 1
    new AgentSession(sessions, new SeededRandom(random.uint32())).sendTurn(cluster, entries, turns)
  })
  cluster.time.runUntil(Infinity)
  return cluster
}

export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length * share)] ?? Number.NaN

export const firstTokenTimes = ({ visits }: SimulatedCluster): readonly number[] =>
  visits.map(({ firstTokenMs }) => firstTokenMs ?? Infinity)

/** Prompt tokens that were in the cache of the node that was chosen. */
export const cachedShare = ({ visits }: SimulatedCluster): number =>
  sumOf(visits, ({ cachedTokens }) => cachedTokens) / sumOf(visits, ({ prompt }) => prompt.tokens)

/** The same of one engine that never forgets and gets everything: no placement can have more. */
export const oracleShare = ({ visits }: SimulatedCluster): number => {
  const cache = new LruPrefixCache(Infinity)
  const cached = sumOf(visits, ({ answerTokens, prompt }) => {
    const tokens = cache.matchedTokens(pagesOf(prompt, 0))
    cache.add(pagesOf(prompt, answerTokens))
    return tokens
  })
  return cached / sumOf(visits, ({ prompt }) => prompt.tokens)
}

const sumOf = (visits: readonly SimulatedVisit[], valueOf: (visit: SimulatedVisit) => number): number =>
  visits.reduce((sum, visit) => sum + valueOf(visit), 0)

import { assumedSpeeds, busyOf, costOf, totalMs } from './placement-cost.ts'
import type { AssumedSpeeds } from './placement-cost.ts'
import { ableNodes } from './placement-gates.ts'
import type {
  PlacementCandidate,
  PlacementCost,
  PlacementDecision,
  PlacementPolicy,
  PlacementWish,
  RankedCandidate,
} from './placement.ts'

/** What decides between equals. The caller has randomness and counts; this function has none. */
export interface TieBreak {
  /** From 0 up to, but not, 1. */
  readonly random: number
  /** Grows by one with every request that is sent, for each model. */
  readonly turn: number
}

/** Nodes that cost so much more until the first token are as good as the best one: nothing is known any better. */
const TIE_SHARE = 0.05
const TIE_MS = 3
/** `prefer-local`: the longest wait, for its turn and for the model, that this node may cost. */
const LONGEST_LOCAL_WAIT_MS = 2000

interface Ranked {
  readonly candidate: PlacementCandidate
  readonly cost: PlacementCost
  score: number
}

/** Which node is to answer, and why. Pure: the same wish and the same nodes lead to the same choice. */
export const chooseNode = (
  wish: PlacementWish,
  candidates: readonly PlacementCandidate[],
  policy: PlacementPolicy,
  tieBreak: TieBreak,
): PlacementDecision => {
  const { able, rejections } = ableNodes(wish, candidates)
  const assumed = assumedSpeeds(candidates)
  const ranked = able.map((candidate): Ranked => {
    const cost = costOf(wish, candidate, assumed)
    return { candidate, cost, score: totalMs(cost) }
  })
  if (ranked.length > 0) RANKINGS[policy](ranked, tieBreak, assumed)
  return { policy, ranking: ranked.map(shown), rejections }
}

const shown = ({ candidate, cost, score }: Ranked): RankedCandidate => ({
  nodeId: candidate.nodeId,
  name: candidate.name,
  score,
  cost,
  matchedTokens: candidate.matchedTokens,
  isWarm: candidate.model?.isWarm ?? false,
})

/** Puts the best first, in place. */
type Ranking = (ranked: Ranked[], tieBreak: TieBreak, assumed: AssumedSpeeds) => void

const rankBest: Ranking = (ranked, { random }) => {
  ranked.sort((left, right) => left.score - right.score)
  const best = ranked[0]
  if (best === undefined) return
  const limit = best.score + Math.max(TIE_MS, (best.score - best.cost.decodeMs) * TIE_SHARE)
  let ties = ranked.findIndex(({ score }) => score > limit)
  if (ties < 0) ties = ranked.length
  if (ties > 1) ranked.unshift(...settleTies(ranked.splice(0, ties), random))
}

/** Warm, then what it knows of the prompt, then the least work before it, then this node; equals take turns. */
const settleTies = (ties: Ranked[], random: number): readonly Ranked[] =>
  rotated(ties, random).toSorted(
    (left, right) =>
      Number(right.candidate.model?.isWarm ?? false) - Number(left.candidate.model?.isWarm ?? false) ||
      right.candidate.matchedTokens - left.candidate.matchedTokens ||
      relativeBusyness(left) - relativeBusyness(right) ||
      Number(right.candidate.isSelf) - Number(left.candidate.isSelf),
  )

const relativeBusyness = ({ candidate }: Ranked): number => busyOf(candidate) / Math.max(1, candidate.slots)

const rotated = (ranked: readonly Ranked[], random: number): Ranked[] => {
  const start = Math.floor(random * ranked.length)
  return [...ranked.slice(start), ...ranked.slice(0, start)]
}

const rankLeastBusy: Ranking = (ranked, { random }, assumed) => {
  for (const entry of ranked) entry.score = relativeBusyness(entry)
  const speedOf = ({ candidate }: Ranked): number =>
    candidate.decodeTokensPerSecond ?? assumed.decodeTokensPerSecond
  const order = rotated(ranked, random).toSorted(
    (left, right) => left.score - right.score || speedOf(right) - speedOf(left),
  )
  ranked.splice(0, ranked.length, ...order)
}

/** In the order of their ids, which is the same at all times. */
const rankRoundRobin: Ranking = (ranked, { turn }) => {
  ranked.sort((left, right) => (left.candidate.nodeId < right.candidate.nodeId ? -1 : 1))
  putInTurn(ranked, turn % ranked.length)
}

const rankRandom: Ranking = (ranked, { random }) => putInTurn(ranked, Math.floor(random * ranked.length))

/** The one at `start` first, then those behind it, then those before it; the score is the place. */
const putInTurn = (ranked: Ranked[], start: number): void => {
  ranked.push(...ranked.splice(0, start))
  for (const [place, entry] of ranked.entries()) entry.score = place
}

const rankPreferLocal: Ranking = (ranked, tieBreak, assumed) => {
  rankBest(ranked, tieBreak, assumed)
  const own = ranked.findIndex(({ candidate }) => candidate.isSelf)
  const cost = ranked[own]?.cost
  if (cost === undefined || cost.queueMs + cost.loadMs > LONGEST_LOCAL_WAIT_MS) return
  ranked.unshift(...ranked.splice(own, 1))
}

const RANKINGS = {
  best: rankBest,
  'least-busy': rankLeastBusy,
  'round-robin': rankRoundRobin,
  random: rankRandom,
  'prefer-local': rankPreferLocal,
} satisfies Record<PlacementPolicy, Ranking>

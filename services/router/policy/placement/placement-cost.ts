import type { PlacementCandidate, PlacementCost, PlacementWish } from './placement.ts'

/** Where nobody has measured: a middle-sized model on a computer without a large GPU. */
const FIRST_PREFILL_TOKENS_PER_SECOND = 500
const FIRST_DECODE_TOKENS_PER_SECOND = 20
/** Opening a model that nobody has measured: reading its file from a good disk, and starting its process. */
const LOAD_BYTES_PER_MS = 1_000_000
const LEAST_LOAD_MS = 500
/** When others must leave the memory first. */
const FREEING_FACTOR = 1.25
const FREEING_MS = 500
/** Somebody has already asked for it there: half of the time is over, in the middle. */
const LOADING_ALREADY = 0.5
/** With a free slot nobody waits, but those who work there share the machine: so much of their work is in the way. */
const SHARED_WORK = 0.25
/** Memory that is fuller than this has little room for longer conversations. */
const FULL_SHARE = 0.9
const MOST_PRESSURE_MS = 50

/** What is assumed where a node has not measured: the middle of what the others have. */
export interface AssumedSpeeds {
  readonly prefillTokensPerSecond: number
  readonly decodeTokensPerSecond: number
}

export const assumedSpeeds = (candidates: readonly PlacementCandidate[]): AssumedSpeeds => {
  const prefill: number[] = []
  const decode: number[] = []
  for (const { decodeTokensPerSecond, prefillTokensPerSecond } of candidates) {
    if (isSpeed(prefillTokensPerSecond)) prefill.push(prefillTokensPerSecond)
    if (isSpeed(decodeTokensPerSecond)) decode.push(decodeTokensPerSecond)
  }
  return {
    prefillTokensPerSecond: middle(prefill) ?? FIRST_PREFILL_TOKENS_PER_SECOND,
    decodeTokensPerSecond: middle(decode) ?? FIRST_DECODE_TOKENS_PER_SECOND,
  }
}

const isSpeed = (speed: number | undefined): speed is number => speed !== undefined && speed > 0

const middle = (values: number[]): number | undefined => {
  values.sort((left, right) => left - right)
  return values[values.length >> 1]
}

/** Requests that are there or on their way. */
export const busyOf = ({ reservedRequests, running, waiting }: PlacementCandidate): number =>
  running + waiting + reservedRequests

export const costOf = (
  wish: PlacementWish,
  candidate: PlacementCandidate,
  assumed: AssumedSpeeds,
): PlacementCost => {
  const prefillMsPerToken = 1000 / speedOf(candidate.prefillTokensPerSecond, assumed.prefillTokensPerSecond)
  const decodeMsPerToken = 1000 / speedOf(candidate.decodeTokensPerSecond, assumed.decodeTokensPerSecond)
  const promptMs = wish.promptTokens * prefillMsPerToken
  const decodeMs = wish.answerTokens * decodeMsPerToken
  const matched = Math.min(candidate.matchedTokens, wish.promptTokens)
  return {
    networkMs: candidate.rttMs,
    queueMs: queueMsOf(candidate, prefillMsPerToken, decodeMs),
    loadMs: wish.model === undefined ? 0 : loadMsOf(candidate),
    prefillMs: promptMs - matched * prefillMsPerToken,
    decodeMs,
    pressureMs: pressureMsOf(candidate),
  }
}

export const totalMs = (cost: PlacementCost): number =>
  cost.networkMs + cost.queueMs + cost.loadMs + cost.prefillMs + cost.decodeMs + cost.pressureMs

const speedOf = (measured: number | undefined, assumed: number): number =>
  isSpeed(measured) ? measured : assumed

/**
 * queue = work ⁄ slots · share. Of a full node the share is that of the requests that must end before this one begins;
 * of a node with a free slot it is what the others' work slows this one down, as that of other models always does.
 *
 * Tokens ahead are nearly all of prompts, and answers take most of the time: the others are taken to get an answer that is
 * as long as this one's.
 */
const queueMsOf = (candidate: PlacementCandidate, prefillMsPerToken: number, answerMs: number): number => {
  const { otherRunning, pendingTokens, reservedTokens } = candidate
  const busy = busyOf(candidate)
  const slots = Math.max(1, candidate.slots)
  const othersMs = ((otherRunning * answerMs) / slots) * SHARED_WORK
  if (busy === 0) return othersMs
  const workMs = (pendingTokens + reservedTokens) * prefillMsPerToken + busy * answerMs
  const share = Math.max(SHARED_WORK, (busy - slots + 1) / busy)
  return (workMs / slots) * share + othersMs
}

const loadMsOf = (candidate: PlacementCandidate): number => {
  const { budgetBytes, heldBytes, model } = candidate
  if (model === undefined || model.isWarm) return 0
  const loadMs = candidate.loadMs ?? LEAST_LOAD_MS + model.sizeBytes / LOAD_BYTES_PER_MS
  if (busyOf(candidate) > 0) return loadMs * LOADING_ALREADY
  const mustFree = budgetBytes > 0 && heldBytes + model.sizeBytes > budgetBytes
  return mustFree ? loadMs * FREEING_FACTOR + FREEING_MS : loadMs
}

const pressureMsOf = ({ budgetBytes, heldBytes }: PlacementCandidate): number => {
  if (budgetBytes <= 0) return 0
  const over = (heldBytes / budgetBytes - FULL_SHARE) / (1 - FULL_SHARE)
  return Math.max(0, Math.min(1, over)) * MOST_PRESSURE_MS
}

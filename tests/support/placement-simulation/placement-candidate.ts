import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { PlacementCandidate, PlacementWish } from '@service/router/policy/placement/placement.ts'
import type { ModelId } from '@shared/inference/model-card.ts'

const LETTERS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** A sound id for each number. */
export const nodeIdOf = (number: number): NodeId => {
  let text = ''
  for (let rest = number; text.length < 44; rest = Math.floor(rest / LETTERS.length)) {
    text = LETTERS.charAt(rest % LETTERS.length) + text
  }
  return `12D3KooW${text}` as NodeId
}

export const MODEL = 'a-model' as ModelId

export const wishFor = (changes: Partial<PlacementWish> = {}): PlacementWish => ({
  capability: 'chat',
  model: MODEL,
  promptTokens: 1000,
  answerTokens: 100,
  onlyNode: undefined,
  excluded: [],
  ...changes,
})

/** An idle node that has the model in memory: 1 ms for a token of the prompt, 20 ms for one of the answer. */
export const candidateFor = (
  number: number,
  changes: Partial<PlacementCandidate> = {},
): PlacementCandidate => ({
  nodeId: nodeIdOf(number),
  name: `node-${number}`,
  isSelf: false,
  isUp: true,
  isDraining: false,
  standing: 'in',
  hasCapability: true,
  model: { isWarm: true, isSound: true, digest: 'aa', sizeBytes: 1e9 },
  rttMs: 1,
  slots: 4,
  running: 0,
  waiting: 0,
  otherRunning: 0,
  pendingTokens: 0,
  reservedRequests: 0,
  reservedTokens: 0,
  prefillTokensPerSecond: 1000,
  decodeTokensPerSecond: 50,
  loadMs: 2000,
  budgetBytes: 16e9,
  heldBytes: 1e9,
  matchedTokens: 0,
  ...changes,
})

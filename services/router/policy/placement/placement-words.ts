import type { PlacementDecision, PlacementRejection, RejectionReason } from './placement.ts'

/** What a node that is not asked is, for people. */
const WORDS = {
  down: 'is down',
  draining: 'takes nothing new',
  ejected: 'has failed too often of late',
  'no-capability': 'cannot do this',
  'no-model': 'does not have the model',
  'broken-model': 'has a broken file of the model',
  'other-digest': 'has other weights under this name',
  'too-large': 'has no memory for the model',
  excluded: 'has failed at this request',
  'not-the-owner': 'does not have what the request names',
} as const satisfies Record<RejectionReason, string>

export const rejectionWords = ({ name, reason }: PlacementRejection): string => `${name} ${WORDS[reason]}`

/** All rejections as one sentence without its full stop: `mini is down, studio takes nothing new`. */
export const rejectionSentence = (rejections: readonly PlacementRejection[]): string =>
  rejections.map(rejectionWords).join(', ')

export interface FailedTry {
  readonly name: string
  readonly reason: string
}

/** The choice in short: `best; warm; prefix 87%; 3 candidates; retried from mini (unreachable)`. */
export const decisionNote = (
  { policy, ranking }: PlacementDecision,
  promptTokens: number,
  failed: readonly FailedTry[],
): string => {
  const [choice] = ranking
  const prefix =
    choice === undefined || choice.matchedTokens === 0 || promptTokens === 0
      ? []
      : [`prefix ${Math.min(100, Math.round((100 * choice.matchedTokens) / promptTokens))}%`]
  const from = failed.map(({ name, reason }) => `${name} (${reason})`).join(', ')
  return [
    policy,
    choice?.isWarm ? 'warm' : 'cold',
    ...prefix,
    `${ranking.length} candidate${ranking.length === 1 ? '' : 's'}`,
    ...(failed.length === 0 ? [] : [`retried from ${from}`]),
  ].join('; ')
}

/** What decided, as a label with few values. */
export type DecisionReason = 'retried' | 'prefix' | 'warm' | 'cold'

export const decisionReason = (
  { ranking: [choice] }: PlacementDecision,
  failed: readonly FailedTry[],
): DecisionReason => {
  if (failed.length > 0) return 'retried'
  if ((choice?.matchedTokens ?? 0) > 0) return 'prefix'
  return choice?.isWarm ? 'warm' : 'cold'
}

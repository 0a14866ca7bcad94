import type { ModelId } from '@shared/inference/model-card.ts'
import type { NodeId } from '../cluster/node-id.ts'

/** `best`: the node that will answer soonest. */
export const PLACEMENT_POLICIES = ['best', 'least-busy', 'round-robin', 'random', 'prefer-local'] as const
export type PlacementPolicy = (typeof PLACEMENT_POLICIES)[number]

/** What is to be placed. */
export interface PlacementWish {
  /** What a node must be able to do: `chat`, `embed`, `rerank`. */
  readonly capability: string
  /** Undefined: the route names none. */
  readonly model: ModelId | undefined
  readonly promptTokens: number
  readonly answerTokens: number
  /** Only there: it has something that the request names. */
  readonly onlyNode: NodeId | undefined
  /** Not there: it has failed at this request already. */
  readonly excluded: readonly NodeId[]
}

/** One node, as far as the choice depends on it. */
export interface PlacementCandidate {
  readonly nodeId: NodeId
  readonly name: string
  readonly isSelf: boolean
  readonly isUp: boolean
  readonly isDraining: boolean
  /** `out`: too many failures of late; `probe`: one request may try whether it is back. */
  readonly standing: 'in' | 'probe' | 'out'
  readonly hasCapability: boolean
  /** Undefined: it does not have the model; for wishes without a model nobody asks. */
  readonly model:
    | undefined
    | {
        readonly isWarm: boolean
        readonly isSound: boolean
        readonly digest: string | null
        readonly sizeBytes: number
      }
  readonly rttMs: number
  readonly slots: number
  readonly running: number
  readonly waiting: number
  /** Requests that other models of the node work on: they share its machine. */
  readonly otherRunning: number
  /** Tokens that it has to work through, for this model. */
  readonly pendingTokens: number
  /** The same of what was just sent there and is not in its own figures yet: against herding. */
  readonly reservedRequests: number
  readonly reservedTokens: number
  readonly prefillTokensPerSecond: number | undefined
  readonly decodeTokensPerSecond: number | undefined
  readonly loadMs: number | undefined
  /** What its models may take in memory together; 0: it has not said. */
  readonly budgetBytes: number
  readonly heldBytes: number
  /** Tokens of the prompt that it has worked on before. */
  readonly matchedTokens: number
}

/** What one choice is expected to cost, in milliseconds each. */
export interface PlacementCost {
  readonly networkMs: number
  readonly queueMs: number
  readonly loadMs: number
  readonly prefillMs: number
  readonly decodeMs: number
  /** For memory that is nearly full. */
  readonly pressureMs: number
}

export interface RankedCandidate {
  readonly nodeId: NodeId
  readonly name: string
  /** Smaller is better; of `best` it is the sum of `cost`. */
  readonly score: number
  readonly cost: PlacementCost
  readonly matchedTokens: number
  readonly isWarm: boolean
}

/** Why a node is not asked. */
export type RejectionReason =
  | 'down'
  | 'draining'
  | 'ejected'
  | 'no-capability'
  | 'no-model'
  | 'broken-model'
  | 'other-digest'
  | 'too-large'
  | 'excluded'
  | 'not-the-owner'

export interface PlacementRejection {
  readonly nodeId: NodeId
  readonly name: string
  readonly reason: RejectionReason
}

/** The choice and its reasons. */
export interface PlacementDecision {
  readonly policy: PlacementPolicy
  /** Best first; the first is the choice. Empty: nobody can. */
  readonly ranking: readonly RankedCandidate[]
  readonly rejections: readonly PlacementRejection[]
}

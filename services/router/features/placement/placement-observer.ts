import type { DecisionReason } from '../../policy/placement/placement-words.ts'
import type { PlacementPolicy, PlacementRejection } from '../../policy/placement/placement.ts'

/** Is told of every choice of a node that a request was sent to. */
export interface PlacementObserver {
  onDecision(policy: PlacementPolicy, node: string, reason: DecisionReason): void
  /** Once for each request: nodes that were not thought of. */
  onRejections(rejections: readonly PlacementRejection[]): void
  /** @param reason why the node before was left: a `RetryReason` */
  onRetry(reason: string): void
}

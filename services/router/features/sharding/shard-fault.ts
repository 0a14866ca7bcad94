import { Fault } from '@shared/fault/fault.ts'
import type { ShardPlan } from '../../policy/sharding/planned-shards.ts'

/** Why a model is not opened over several nodes. No retry is named: only a change of the cluster would help. */
export const noShardsFault = (plan: Exclude<ShardPlan, { readonly type: 'plan' }>): Fault =>
  plan.type === 'not-needed'
    ? new Fault('overloaded', `${plan.words} Ask there: requests for it should not come to this node.`, {
        param: 'model',
      })
    : new Fault('overloaded', plan.words, {
        param: 'model',
        details: { neededBytes: plan.neededBytes, freeBytes: plan.freeBytes },
      })

/** A node that is in no cluster, or the only one of it. */
export const noOtherNodes = (): Fault =>
  new Fault('not_found', 'This node knows no other nodes that a model could be spread over.')

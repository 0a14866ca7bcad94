import { SHARD_ROUTES } from '@shared/contracts/shard-plan.ts'
import type { ShardNeeds } from '@shared/contracts/shard-plan.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import { Fault } from '@shared/fault/fault.ts'
import { controlPlaneFaults } from '@shared/http/control-plane.ts'
import { Elysia } from 'elysia'
import { planLoad } from '../../policy/plan-load.ts'
import type { LoadWishes } from '../../policy/plan-load.ts'
import type { ModelDirectory } from '../models/model-directory.ts'
import { shardNeedsOf } from './shard-needs.ts'
import type { ShardedDriver } from './sharded-driver.ts'

export interface ShardNeedsPorts {
  readonly directory: Pick<ModelDirectory, 'card'>
  readonly driver: Pick<ShardedDriver, 'backendVersion'>
  readonly wishes: Pick<LoadWishes, 'contextTokens' | 'slots'>
}

/** Control plane: the router shows how a model would lie on several nodes, without opening it. */
export const shardNeedsPlugin = ({ directory, driver, wishes }: ShardNeedsPorts) =>
  new Elysia({ name: 'chat/shard-needs' })
    .use(controlPlaneFaults)
    .get(SHARD_ROUTES.needs, async ({ params, request }): Promise<ShardNeeds> => {
      const model = parseModelId(params.model ?? '')
      if (model === undefined)
        throw new Fault('model_not_found', 'There is no such model.', { param: 'model' })
      const card = await directory.card(model, request.signal)
      if (card.format !== 'gguf' || !card.capabilities.includes('chat')) {
        throw new Fault(
          'invalid_request',
          `${card.id} cannot lie on several nodes: only chat models in GGUF can.`,
          {
            param: 'model',
          },
        )
      }
      const plans = planLoad(card.shape.contextLength, { ...wishes, threads: 1 })
      return shardNeedsOf(card, plans, (await driver.backendVersion()) ?? null)
    })

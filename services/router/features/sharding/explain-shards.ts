import type { ShardNeeds } from '@shared/contracts/shard-plan.ts'
import { SHARD_ROUTES } from '@shared/contracts/shard-plan.ts'
import { resolveModel } from '@shared/dialects/model-name.ts'
import { decodeFault } from '@shared/fault/fault-wire.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { ShardPlan } from '../../policy/sharding/planned-shards.ts'
import type { NodeModels } from '../models/node-models.ts'
import type { ServiceTransport } from '../forwarding/service-transport.ts'
import type { ShardDesk } from './shard-desk.ts'

export interface ExplainShardsPorts {
  readonly services: Pick<ServiceTransport, 'send'>
  readonly desk: Pick<ShardDesk, 'plan'>
  readonly models: Pick<NodeModels, 'cards' | 'refresh'>
}

/** How a model of this node would be opened over several nodes now. Opens nothing. */
export const createExplainShards =
  ({ desk, models, services }: ExplainShardsPorts) =>
  async (asked: string | undefined, signal: AbortSignal) => {
    const model = await modelOf(models, asked)
    const needs = await fetchNeeds(services, model, signal)
    return { object: 'shard_plan', model, ...planView(await desk.plan(needs), needs) }
  }

/** @throws Fault `model_not_found`, `no_model` */
const modelOf = async (models: ExplainShardsPorts['models'], asked: string | undefined): Promise<ModelId> => {
  if (models.cards === undefined) await models.refresh()
  return resolveModel(asked, models.cards ?? [], { capability: 'chat', loaded: [] })
}

const fetchNeeds = async (
  services: Pick<ServiceTransport, 'send'>,
  model: ModelId,
  signal: AbortSignal,
): Promise<ShardNeeds> => {
  const pathAndQuery = SHARD_ROUTES.needs.replace(':model', encodeURIComponent(model))
  const reply = await services
    .send('chat', { method: 'GET', pathAndQuery, headers: new Headers(), body: null, signal })
    .catch((error: unknown) => {
      throw new Fault(
        'unavailable',
        'The chat service of this node cannot be reached; it may be restarting.',
        {
          retryAfterSeconds: 2,
          cause: error,
        },
      )
    })
  const body: unknown = await reply.json().catch(() => undefined)
  if (reply.ok) {
    // Both ends of the control plane are built from the types of shared/contracts.
    return body as ShardNeeds
  }
  throw decodeFault(typeof body === 'object' && body !== null && 'fault' in body ? body.fault : undefined)
}

const planView = (plan: ShardPlan, needs: ShardNeeds) => {
  switch (plan.type) {
    case 'not-needed':
      return { result: plan.type, reason: plan.words, node: plan.node.name }
    case 'impossible':
      return {
        result: plan.type,
        reason: plan.words,
        needed_bytes: plan.neededBytes,
        free_bytes: plan.freeBytes,
        rejections: rejectionViews(plan),
      }
    case 'plan':
      return goodPlanView(plan, needs)
  }
}

const goodPlanView = (plan: Extract<ShardPlan, { readonly type: 'plan' }>, needs: ShardNeeds) => {
  const size = needs.sizes[plan.size]
  const { networkMsPerToken, tokensPerSecondAtMost, transferSeconds } = plan.forecast
  return {
    result: plan.type,
    reason: plan.words,
    layers: needs.layers,
    context_tokens: size?.contextTokens ?? 0,
    slots: size?.slots ?? 0,
    local: { layers: plan.localLayers, bytes: plan.localBytes },
    workers: plan.workers.map(({ bytes, layers, name, nodeId }) => ({
      node: name,
      node_id: nodeId,
      layers,
      bytes,
    })),
    tensor_split: [plan.localLayers, ...plan.workers.map(({ layers }) => layers)],
    forecast: {
      network_ms_per_token: networkMsPerToken,
      tokens_per_second_at_most: tokensPerSecondAtMost,
      transfer_seconds: transferSeconds,
    },
    rejections: rejectionViews(plan),
  }
}

const rejectionViews = ({ rejections }: Pick<Extract<ShardPlan, { readonly type: 'plan' }>, 'rejections'>) =>
  rejections.map(({ name, nodeId, reason }) => ({ node: name, node_id: nodeId, reason }))

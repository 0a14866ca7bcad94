import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { Fault } from '@shared/fault/fault.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Elysia } from 'elysia'
import { createExplainShards } from './explain-shards.ts'
import type { ExplainShardsPorts } from './explain-shards.ts'

const LONGEST_NAME = 1024

/** Whether and how a model that is too large for one machine could lie on several. */
export const shardPlanPlugin = (ports: ExplainShardsPorts) => {
  const explainShards = createExplainShards(ports)
  return new Elysia({ name: 'router/shard-plan' })
    .use(faultsAs('openai', openaiFaultBody))
    .get('/v1/shards/plan', ({ query, request }) => explainShards(readModel(query), request.signal), {
      detail: routeDetail(
        {
          dialect: 'openai',
          capability: 'node',
          scope: 'inference',
          kind: 'local',
          bodyLimitBytes: 0,
          admission: 'none',
        },
        {
          tag: 'Cluster',
          summary: 'How a model would lie on several nodes',
          description:
            '`?model=NAME`: the layers and bytes of each node, what the network costs every token, how long the start takes; or why it is not needed or not possible, and what to do. Opens nothing.',
        },
      ),
    })
}

const readModel = ({ model }: Readonly<Record<string, unknown>>): string | undefined => {
  if (model === undefined || (typeof model === 'string' && model.length <= LONGEST_NAME)) return model
  throw new Fault('invalid_request', `Invalid 'model': the name of one model.`, { param: 'model' })
}

import { heldReply } from '@shared/contracts/held-grant.ts'
import type { GrantTimer } from '@shared/contracts/held-grant.ts'
import { SHARD_ROUTES } from '@shared/contracts/shard-plan.ts'
import { controlPlaneFaults } from '@shared/http/control-plane.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { ShardDesk } from './shard-desk.ts'

const Bytes = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Count = Type.Integer({ minimum: 1, maximum: 2 ** 31 })

/** As `ShardNeeds`, from a service of this node. */
const NeedsBody = Type.Object({
  // Both ends are built from the same contract, which brands ids.
  model: Type.Unsafe<ModelId>(Type.String({ minLength: 1, maxLength: 1024 })),
  fileBytes: Bytes,
  layers: Count,
  embeddingLength: Count,
  workerBytes: Bytes,
  sizes: Type.Array(
    Type.Object({
      contextTokens: Count,
      slots: Count,
      headBytes: Bytes,
      layerBytes: Count,
      localLayerBytes: Count,
    }),
    { minItems: 1, maxItems: 64 },
  ),
  backendVersion: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
})

/** Control plane of the router: the chat service opens a model over several nodes, for as long as it holds the reply. */
export const shardsControlPlugin = (desk: ShardDesk, timer: GrantTimer) =>
  new Elysia({ name: 'router/shards-control' }).use(controlPlaneFaults).post(
    SHARD_ROUTES.open,
    async ({ body, request }) => {
      const { ended, grant, release } = await desk.open(body, request.signal)
      return heldReply(grant, { ended, onLeft: release, signal: request.signal }, timer)
    },
    { body: NeedsBody, parse: 'json' },
  )

import { LEASE_ROUTES } from '@shared/contracts/memory-lease.ts'
import type { RevokeAnswer } from '@shared/contracts/memory-lease.ts'
import { controlPlaneFaults } from '@shared/http/control-plane.ts'
import { Elysia } from 'elysia'
import type { EnginePool } from './engine-pool.ts'

/** Control plane: model-store asks for the memory of an idle engine. */
export const revokePlugin = (pool: EnginePool) =>
  new Elysia({ name: 'chat/revoke' })
    .use(controlPlaneFaults)
    .post(LEASE_ROUTES.revoke, async ({ params }): Promise<RevokeAnswer> => ({
      released: await pool.revoke(params.id),
    }))

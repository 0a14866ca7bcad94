import { LEASE_ROUTES } from '@shared/contracts/memory-lease.ts'
import type { RevokeAnswer } from '@shared/contracts/memory-lease.ts'
import { controlPlaneFaults } from '@shared/http/control-plane.ts'
import { Elysia } from 'elysia'

/** Whoever holds leases of this service. */
export interface LeaseHolder {
  /** False: it is at work and keeps its memory. */
  revoke(leaseId: string): Promise<boolean>
}

/** Control plane: model-store asks for the memory of an idle engine. */
export const revokePlugin = (holder: LeaseHolder) =>
  new Elysia({ name: 'chat/revoke' })
    .use(controlPlaneFaults)
    .post(LEASE_ROUTES.revoke, async ({ params }): Promise<RevokeAnswer> => ({
      released: await holder.revoke(params.id),
    }))

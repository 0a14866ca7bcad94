import { LEASE_ROUTES } from '@shared/contracts/memory-lease.ts'
import type { HolderReport, LeaseRequest, NodeMemory } from '@shared/contracts/memory-lease.ts'
import { controlPlaneFaults } from '@shared/http/control-plane.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { countedBytes } from '../../policy/memory-ledger.ts'
import type { LeaseDesk } from './lease-desk.ts'

const LONGEST_TEXT = 1024
const MOST_LEASES = 10_000

const Text = Type.String({ minLength: 1, maxLength: LONGEST_TEXT })
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
// Both ends are built from the same contract, which brands ids.
const Model = Type.Unsafe<ModelId>(Text)
const Time = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' })

const RequestBody = Type.Object({
  service: Text,
  instance: Text,
  address: Text,
  model: Model,
  engine: Text,
  bytes: Count,
  waitMs: Count,
})

const ReportBody = Type.Object({
  service: Text,
  instance: Text,
  address: Text,
  leases: Type.Array(
    Type.Object({
      leaseId: Text,
      model: Model,
      engine: Text,
      engineVersion: Type.String({ maxLength: LONGEST_TEXT }),
      bytes: Count,
      residentBytes: Count,
      state: Type.Union([Type.Literal('loading'), Type.Literal('ready')]),
      activeRequests: Count,
      lastUsedAt: Time,
      expiresAt: Type.Union([Time, Type.Null()]),
      contextTokens: Count,
      slots: Count,
      processId: Type.Integer(),
    }),
    { maxItems: MOST_LEASES },
  ),
})

/** Control plane: the ledger of this node's memory. */
export const leasesPlugin = (desk: LeaseDesk) =>
  new Elysia({ name: 'model-store/leases' })
    .use(controlPlaneFaults)
    .post(
      LEASE_ROUTES.acquire,
      async ({ body, request }) => {
        const grant = await desk.acquire(body satisfies LeaseRequest, request.signal)
        // Nobody is there to take it.
        if (request.signal.aborted) desk.release(grant.leaseId)
        return grant
      },
      { body: RequestBody, parse: 'json' },
    )
    .put(
      LEASE_ROUTES.report,
      ({ body }) => {
        desk.report(body satisfies HolderReport)
        return new Response(null, { status: 204 })
      },
      { body: ReportBody, parse: 'json' },
    )
    .get(LEASE_ROUTES.memory, (): NodeMemory => ({
      budgetBytes: desk.budgetBytes,
      // What was asked for under the brand of an id is still one.
      held: desk.held().map(({ lease }) => ({ model: lease.model as ModelId, bytes: countedBytes(lease) })),
    }))
    .delete(LEASE_ROUTES.release, ({ params }) => {
      desk.release(params.id ?? '')
      return new Response(null, { status: 204 })
    })

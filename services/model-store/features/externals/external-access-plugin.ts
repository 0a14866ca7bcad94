import { EXTERNAL_ROUTES } from '@shared/contracts/external-machine.ts'
import { controlPlaneFaults } from '@shared/http/control-plane.ts'
import { Elysia } from 'elysia'
import type { ExternalDesk } from './external-desk.ts'

/** Control plane: how a remote model is asked, and what the asking came to. */
export const externalAccessPlugin = (desk: ExternalDesk) =>
  new Elysia({ name: 'model-store/external-access' })
    .use(controlPlaneFaults)
    .get(EXTERNAL_ROUTES.access, ({ params }) => desk.access(params.id ?? ''))
    .post(EXTERNAL_ROUTES.doubt, ({ params }) => {
      desk.doubt(params.id ?? '')
      return new Response(null, { status: 204 })
    })

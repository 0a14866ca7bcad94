import { CATALOGUE_ROUTES } from '@shared/contracts/model-catalogue.ts'
import { Fault } from '@shared/fault/fault.ts'
import { controlPlaneFaults } from '@shared/http/control-plane.ts'
import { Elysia } from 'elysia'
import type { Catalogue } from './catalogue.ts'
import type { createWaitForCatalogue } from './wait-for-catalogue.ts'

/** Control plane: what models there are. */
export const cataloguePlugin = (
  catalogue: Catalogue,
  waitForCatalogue: ReturnType<typeof createWaitForCatalogue>,
) =>
  new Elysia({ name: 'model-store/catalogue' })
    .use(controlPlaneFaults)
    .get(CATALOGUE_ROUTES.models, ({ query, request }) =>
      waitForCatalogue(revisionOf(query['after']), request.signal),
    )
    .get(CATALOGUE_ROUTES.model, ({ params }) => catalogue.get(params.id ?? '').card)

const revisionOf = (text: string | undefined): number | undefined => {
  if (text === undefined || text === '') return undefined
  const revision = Number(text)
  if (Number.isSafeInteger(revision) && revision >= 0) return revision
  throw new Fault('invalid_request', `'after' must be a revision of the catalogue.`, { param: 'after' })
}

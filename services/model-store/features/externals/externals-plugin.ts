import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { dropNulls } from '@shared/http/drop-nulls.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { WatchedExternal } from './external.ts'
import type { ExternalDesk } from './external-desk.ts'
import { encodeExternal } from './external-view.ts'
import { ExternalBody, readExternalWish } from './external-wish.ts'

const FACTS: RouteFacts = {
  dialect: 'openai',
  capability: 'models',
  scope: 'manage',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}
const BODY_LIMIT_BYTES = 256 * 1024

const documentation = (summary: string, description = '') => ({
  tag: 'External machines',
  summary,
  description,
})

/** Servers on other machines whose models this node offers as its own. */
export const externalsPlugin = (desk: ExternalDesk, catalogue: Catalogue, log: Log) => {
  const view = (watched: WatchedExternal) => encodeExternal(watched, catalogue.models)
  return new Elysia({ name: 'model-store/externals' })
    .use(faultsAs('openai', openaiFaultBody, log))
    .get('/v1/externals', () => ({ object: 'list', data: desk.list().map(view) }), {
      detail: routeDetail(FACTS, documentation('List external machines')),
    })
    .post(
      '/v1/externals',
      async ({ body, request }) => view(await desk.add(readExternalWish(body), request.signal)),
      {
        body: ExternalBody,
        parse: 'json',
        transform: dropNulls,
        detail: routeDetail(
          { ...FACTS, bodyLimitBytes: BODY_LIMIT_BYTES },
          documentation(
            'Add an external machine',
            'Any server that speaks the API of OpenAI or Ollama. It is looked at at once; what does not answer is not added.',
          ),
        ),
      },
    )
    .get('/v1/externals/:id', ({ params }) => view(desk.get(params.id ?? '')), {
      detail: routeDetail(FACTS, documentation('Retrieve an external machine', 'By its id or its name.')),
    })
    .post('/v1/externals/:id/check', async ({ params }) => view(await desk.check(params.id ?? '')), {
      // There is no body; what clients send nevertheless is not looked at.
      parse: 'none',
      detail: routeDetail(
        { ...FACTS, bodyLimitBytes: BODY_LIMIT_BYTES },
        documentation('Look at an external machine now', 'By its id or its name.'),
      ),
    })
    .delete(
      '/v1/externals/:id',
      async ({ params }) => {
        const { id, name } = await desk.remove(params.id ?? '')
        return { id, object: 'external', name, deleted: true }
      },
      { detail: routeDetail(FACTS, documentation('Remove an external machine', 'By its id or its name.')) },
    )
}

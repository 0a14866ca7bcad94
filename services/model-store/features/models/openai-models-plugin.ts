import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import {
  encodeOpenaiModel,
  encodeOpenaiModelList,
  openaiModelNotFound,
} from '@shared/dialects/openai/openai-models.ts'
import type { OpenaiModel } from '@shared/dialects/openai/openai-models.ts'
import { Fault } from '@shared/fault/fault.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { Catalogue } from '../catalogue/catalogue.ts'

const LIST: RouteFacts = {
  dialect: 'openai',
  capability: 'models',
  scope: 'inference',
  kind: 'gathered',
  bodyLimitBytes: 0,
  admission: 'none',
}
const ONE: RouteFacts = { ...LIST, kind: 'local' }

/** OpenAI's list of models; ids with an owner have a slash, which clients send as it is. */
export const openaiModelsPlugin = (catalogue: Catalogue, log: Log) => {
  const retrieve = (name: string): OpenaiModel => {
    const model = catalogue.find(name)
    if (model === undefined || model.card.defect !== undefined) throw openaiModelNotFound(name)
    return encodeOpenaiModel(model.card)
  }
  const documentation = { tag: 'Models', summary: 'Retrieve a model' }
  return new Elysia({ name: 'model-store/openai-models' })
    .use(faultsAs('openai', openaiFaultBody, log))
    .get(
      '/v1/models',
      ({ query }) => {
        refuseFilters(query)
        return encodeOpenaiModelList(catalogue.models.map(({ card }) => card))
      },
      { detail: routeDetail(LIST, { tag: 'Models', summary: 'List models' }) },
    )
    .get('/v1/models/:id', ({ params }) => retrieve(params.id ?? ''), {
      detail: routeDetail(ONE, documentation),
    })
    .get('/v1/models/:id/:name', ({ params }) => retrieve(`${params.id}/${params.name}`), {
      detail: routeDetail(ONE, documentation),
    })
}

/** LocalAI's parameters of this list: they would change the answer, and are not honoured yet. */
const refuseFilters = (query: Readonly<Record<string, unknown>>): void => {
  for (const param of ['filter', 'excludeConfigured']) {
    if ((query[param] ?? '') === '') continue
    throw new Fault('invalid_request', `'${param}' is not supported by this version of Skein.`, { param })
  }
}

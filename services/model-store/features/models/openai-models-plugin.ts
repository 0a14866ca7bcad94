import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import {
  encodeAnthropicModel,
  encodeAnthropicModelPage,
} from '@shared/dialects/anthropic/anthropic-models.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import {
  encodeOpenaiModel,
  encodeOpenaiModelList,
  openaiModelNotFound,
} from '@shared/dialects/openai/openai-models.ts'
import { Fault } from '@shared/fault/fault.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { Catalogue } from '../catalogue/catalogue.ts'
import { anthropicReply, wantsAnthropic } from './anthropic-reply.ts'

const FACTS: Omit<RouteFacts, 'kind'> = {
  dialect: 'openai',
  capability: 'models',
  scope: 'inference',
  bodyLimitBytes: 0,
  admission: 'none',
}
const LIST: RouteFacts = {
  ...FACTS,
  kind: 'gathered',
  list: { field: 'data', key: 'id', paging: 'anthropic' },
}
/** The node that has the model knows it. */
const ONE: RouteFacts = { ...FACTS, kind: 'owned' }

const FOR_ANTHROPIC =
  "With a header `anthropic-version` the answer has Anthropic's shape, and its `limit`, `after_id` and `before_id`."

/**
 * OpenAI's list of models, and Anthropic's for its clients; ids with an owner have a slash, which clients send as it is.
 */
export const openaiModelsPlugin = (catalogue: Catalogue, log: Log) => {
  const cards = (): readonly ModelCard[] => catalogue.models.map(({ card }) => card)
  const find = (name: string): ModelCard => {
    const model = catalogue.find(name)
    if (model === undefined || model.card.defect !== undefined) throw openaiModelNotFound(name)
    return model.card
  }
  const retrieve = (name: string, request: Request): unknown =>
    wantsAnthropic(request)
      ? anthropicReply(request, () => encodeAnthropicModel(find(name)))
      : encodeOpenaiModel(find(name))
  const documentation = { tag: 'Models', summary: 'Retrieve a model', description: FOR_ANTHROPIC }
  return new Elysia({ name: 'model-store/openai-models' })
    .use(faultsAs('openai', openaiFaultBody, log))
    .get(
      '/v1/models',
      ({ query, request }) => {
        if (wantsAnthropic(request))
          return anthropicReply(request, () => encodeAnthropicModelPage(cards(), query))
        refuseFilters(query)
        return encodeOpenaiModelList(cards())
      },
      {
        detail: routeDetail(LIST, { tag: 'Models', summary: 'List models', description: FOR_ANTHROPIC }),
      },
    )
    .get('/v1/models/:id', ({ params, request }) => retrieve(params.id ?? '', request), {
      detail: routeDetail(ONE, documentation),
    })
    .get('/v1/models/:id/:name', ({ params, request }) => retrieve(`${params.id}/${params.name}`, request), {
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

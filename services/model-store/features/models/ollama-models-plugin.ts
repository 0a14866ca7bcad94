import { INSTANCE_HEADER } from '@shared/contracts/external-machine.ts'
import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { ollamaFaultBody } from '@shared/dialects/ollama/ollama-faults.ts'
import {
  decodeOllamaShow,
  encodeOllamaPs,
  encodeOllamaShow,
  encodeOllamaTags,
  ollamaModelNotFound,
  OllamaShowBody,
} from '@shared/dialects/ollama/ollama-models.ts'
import type { OllamaTensor } from '@shared/dialects/ollama/ollama-models.ts'
import { Fault } from '@shared/fault/fault.ts'
import { dropNulls } from '@shared/http/drop-nulls.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { KnownModel } from '../catalogue/known-model.ts'
import type { ModelInspector } from '../catalogue/model-inspector.ts'
import type { LeaseDesk } from '../leases/lease-desk.ts'
import { ollamaRunningViews, ollamaView } from './model-views.ts'

const FACTS: Omit<RouteFacts, 'kind'> = {
  dialect: 'ollama',
  capability: 'models',
  scope: 'inference',
  bodyLimitBytes: 0,
  admission: 'none',
}
const LIST: RouteFacts = { ...FACTS, kind: 'gathered', list: { field: 'models', key: 'model' } }
/** The node that has the model knows it. */
const ONE: RouteFacts = { ...FACTS, kind: 'owned', bodyLimitBytes: 64 * 1024 }
const OWN: RouteFacts = { ...FACTS, kind: 'local' }
const TAG = 'Models'

export interface OllamaModelsPorts {
  readonly catalogue: Catalogue
  readonly desk: LeaseDesk
  readonly inspector: ModelInspector
  /** This run of the service. */
  readonly instance: string
  readonly log: Log
}

/** Ollama's routes about models and itself. */
export const ollamaModelsPlugin = ({ catalogue, desk, inspector, instance, log }: OllamaModelsPorts) => {
  const tensorsOf = async ({ found }: KnownModel): Promise<readonly OllamaTensor[]> =>
    (found === undefined ? [] : await inspector.tensors(found.files.map((file) => file.path))).map(
      ({ name, kind, dimensions }) => ({
        name,
        type: kind,
        shape: dimensions,
      }),
    )
  const show = async (body: OllamaShowBody) => {
    const { model: name, isVerbose } = decodeOllamaShow(body)
    const model = catalogue.find(name)
    if (model === undefined) throw ollamaModelNotFound(name)
    if (model.card.defect !== undefined)
      throw new Fault('model_not_loadable', `model '${model.card.id}' is broken: ${model.card.defect}`)
    return encodeOllamaShow(ollamaView(model), isVerbose ? await tensorsOf(model) : undefined)
  }
  return new Elysia({ name: 'model-store/ollama-models' })
    .use(faultsAs('ollama', ollamaFaultBody, log))
    .get('/api/tags', () => encodeOllamaTags(catalogue.models.map(ollamaView)), {
      detail: routeDetail(LIST, { tag: TAG, summary: 'List models' }),
    })
    .post('/api/show', ({ body }) => show(body), {
      body: OllamaShowBody,
      parse: 'json',
      transform: dropNulls,
      detail: routeDetail(ONE, { tag: TAG, summary: 'Show what is known of a model' }),
    })
    .get('/api/ps', () => encodeOllamaPs(ollamaRunningViews(catalogue, desk)), {
      detail: routeDetail(LIST, { tag: TAG, summary: 'List models in memory' }),
    })
    .get(
      '/api/version',
      () => Response.json({ version: SKEIN_VERSION }, { headers: { [INSTANCE_HEADER]: instance } }),
      {
        detail: routeDetail(OWN, { tag: 'Node', summary: 'Version of Skein' }),
      },
    )
}

import type { ModelCard, ModelId } from '@shared/inference/model-card.ts'
import type { ServiceClient } from './service-client.ts'

/** All models of the node; `revision` grows with every change. */
export interface ModelCatalogue {
  readonly revision: number
  readonly models: readonly ModelCard[]
}

/** Control plane of model-store: what models there are. */
export const CATALOGUE_ROUTES = {
  /** GET `ModelCatalogue`; `?after=REVISION` waits up to 25 s for a newer one. */
  models: '/_skein/models',
  /** GET one `ModelCard`; 404 `model_not_found`. */
  model: '/_skein/models/:id',
} as const

export const fetchCatalogue = (
  store: ServiceClient,
  after?: number,
  signal?: AbortSignal,
): Promise<ModelCatalogue> =>
  store.call({
    method: 'GET',
    path: after === undefined ? CATALOGUE_ROUTES.models : `${CATALOGUE_ROUTES.models}?after=${after}`,
    ...(signal === undefined ? {} : { signal }),
  })

export const fetchModelCard = (
  store: ServiceClient,
  model: ModelId,
  signal?: AbortSignal,
): Promise<ModelCard> =>
  store.call({
    method: 'GET',
    path: CATALOGUE_ROUTES.model.replace(':id', encodeURIComponent(model)),
    ...(signal === undefined ? {} : { signal }),
  })

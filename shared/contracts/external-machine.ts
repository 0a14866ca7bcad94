import type { ModelId } from '@shared/inference/model-card.ts'
import type { RemoteProduct } from '@shared/inference/remote-product.ts'
import type { ServiceClient } from './service-client.ts'

/** Control plane of model-store: the servers on other machines whose models this node offers. */
export const EXTERNAL_ROUTES = {
  /**
   * GET `ExternalAccess` of a remote model. 404 `model_not_found` when there is no such remote model, 503 `unavailable` with
   * the reason when its server does not answer.
   */
  access: '/_skein/external-models/:id',
  /** POST → 204: somebody could not reach the server with this id just now, so it is looked at soon. */
  doubt: '/_skein/externals/:id/doubt',
} as const

/** On the reply of `GET /api/version`: which run of which node answers, so that no node is added to itself. */
export const INSTANCE_HEADER = 'x-skein-instance'

/** What it takes to ask a remote model. */
export interface ExternalAccess {
  readonly externalId: string
  /** What the operator calls the machine. */
  readonly name: string
  /** Base URL without `/v1`, without credentials and without a slash at its end. */
  readonly url: string
  readonly product: RemoteProduct
  /** The model's name there. */
  readonly remoteModel: string
  /** File of this node with the server's key; null: it needs none. The key itself never goes over a wire of ours. */
  readonly keyPath: string | null
  /** How many requests it gets at the same time. */
  readonly slots: number
}

export const fetchExternalAccess = (
  store: ServiceClient,
  model: ModelId,
  signal: AbortSignal,
): Promise<ExternalAccess> =>
  store.call({
    method: 'GET',
    path: EXTERNAL_ROUTES.access.replace(':id', encodeURIComponent(model)),
    signal,
  })

export const doubtExternal = (store: ServiceClient, externalId: string): Promise<unknown> =>
  store.call({
    method: 'POST',
    path: EXTERNAL_ROUTES.doubt.replace(':id', encodeURIComponent(externalId)),
  })

import { fetchCatalogue, fetchModelCard } from '@shared/contracts/model-catalogue.ts'
import type { ServiceClient } from '@shared/contracts/service-client.ts'
import { resolveModel } from '@shared/dialects/model-name.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { ModelDirectory } from '../features/models/model-directory.ts'

/** The models of this node, as model-store knows them. */
export const createModelStoreDirectory = (
  store: ServiceClient,
  openModels: () => readonly ModelId[],
): ModelDirectory => ({
  card: (model, signal) => fetchModelCard(store, model, signal),
  async resolve(asked, capability, signal) {
    const { models } = await fetchCatalogue(store, undefined, signal)
    return resolveModel(asked, models, { capability, loaded: openModels() })
  },
})

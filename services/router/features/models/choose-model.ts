import type { DialectName } from '@shared/contracts/route-manifest.ts'
import { resolveModel } from '@shared/dialects/model-name.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelCapability, ModelId } from '@shared/inference/model-card.ts'
import { isInMemory } from './node-models.ts'
import type { ModelState, NodeModels } from './node-models.ts'

/** @param dialect of the route: Anthropic's names are not those of this node */
export type ChooseModel = (
  asked: string | undefined,
  capability: ModelCapability,
  dialect?: DialectName,
) => Promise<ModelId>

/**
 * Which model a request means. A name that is not in the catalogue is looked up once more in model-store, because the
 * file may have come a moment ago.
 * @throws Fault `model_not_found`, `no_model`, or `unavailable` while model-store cannot be asked
 */
export const createChooseModel =
  (models: NodeModels): ChooseModel =>
  async (asked, capability) => {
    const name = asked?.trim() ?? ''
    if (models.cards === undefined) await models.refresh()
    const loaded = name === '' ? await readLoaded(models) : []
    const resolve = (): ModelId => resolveModel(name, models.cards ?? [], { capability, loaded })
    try {
      return resolve()
    } catch (error) {
      if (!isUnknownModel(error)) throw error
      await models.refresh()
      return resolve()
    }
  }

/** Models in memory, last used first; none when model-store does not say, which is no reason to refuse. */
const readLoaded = async (models: NodeModels): Promise<readonly ModelId[]> => {
  const states = await models.states().catch((): readonly ModelState[] => [])
  return states
    .filter(isInMemory)
    .toSorted((left, right) => (right.lastUsedAt ?? '').localeCompare(left.lastUsedAt ?? ''))
    .map(({ id }) => id)
}

const isUnknownModel = (error: unknown): boolean =>
  error instanceof Fault && (error.code === 'model_not_found' || error.code === 'no_model')

import type { DialectName } from '@shared/contracts/route-manifest.ts'
import { resolveModel } from '@shared/dialects/model-name.ts'
import type { NamedModel } from '@shared/dialects/model-name.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelCapability, ModelId } from '@shared/inference/model-card.ts'
import type { ModelsElsewhere } from './models-elsewhere.ts'
import { isInMemory } from './node-models.ts'
import type { ModelState, NodeModels } from './node-models.ts'

/** @param dialect of the route: Anthropic's names are not those of this node */
export type ChooseModel = (
  asked: string | undefined,
  capability: ModelCapability,
  dialect?: DialectName,
) => Promise<ModelId>

/**
 * Which model a request means, of all that nodes which are up have. A name that is nowhere is looked up once more in
 * model-store, because the file may have come a moment ago.
 * @param elsewhere undefined: only what is on this node counts
 * @throws Fault `model_not_found`, `no_model`, or `unavailable` while model-store cannot be asked
 */
export const createChooseModel = (models: NodeModels, elsewhere?: ModelsElsewhere): ChooseModel => {
  const known = (): readonly NamedModel[] => {
    const own = models.cards ?? []
    return elsewhere?.withOwn(own) ?? own
  }
  const loadedAnywhere = async (): Promise<readonly ModelId[]> => [
    ...(await readLoaded(models)),
    ...(elsewhere?.warm ?? []),
  ]
  return async (asked, capability) => {
    const name = asked?.trim() ?? ''
    const firstTrouble = await troubleUnlessKnown(models)
    const loaded = name === '' ? await loadedAnywhere() : []
    const resolve = () => resolvedOr(() => resolveModel(name, known(), { capability, loaded }))
    const found = resolve()
    if (!(found instanceof Fault)) return found
    const trouble = firstTrouble ?? (await troubleOf(models))
    if (trouble !== undefined) throw trouble.error
    const foundNow = resolve()
    if (!(foundNow instanceof Fault)) return foundNow
    throw elsewhere?.notFound(name) ?? foundNow
  }
}

const troubleUnlessKnown = async (models: NodeModels): ReturnType<typeof troubleOf> =>
  models.cards === undefined ? troubleOf(models) : undefined

/** Asks model-store; why that failed. */
const troubleOf = (models: NodeModels): Promise<{ readonly error: unknown } | undefined> =>
  models.refresh().then(
    () => undefined,
    (error: unknown) => ({ error }),
  )

/** Models in memory, last used first; none when model-store does not say, which is no reason to refuse. */
const readLoaded = async (models: NodeModels): Promise<readonly ModelId[]> => {
  const states = await models.states().catch((): readonly ModelState[] => [])
  return states
    .filter(isInMemory)
    .toSorted((left, right) => (right.lastUsedAt ?? '').localeCompare(left.lastUsedAt ?? ''))
    .map(({ id }) => id)
}

/** The Fault where there is no such model. */
const resolvedOr = (resolve: () => ModelId): ModelId | Fault => {
  try {
    return resolve()
  } catch (error) {
    if (error instanceof Fault && (error.code === 'model_not_found' || error.code === 'no_model'))
      return error
    throw error
  }
}

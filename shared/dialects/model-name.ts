import { Fault } from '@shared/fault/fault.ts'
import type { ModelCapability, ModelCard, ModelId } from '@shared/inference/model-card.ts'

const MODEL_ID = /^[a-z0-9][a-z0-9._:-]*(\/[a-z0-9][a-z0-9._:-]*)?$/
const LONGEST_MODEL_ID = 128

/** The strict grammar of ids: `name` or `owner/name`, lower case, at most 128 characters. Undefined when it is not one. */
export const parseModelId = (text: string): ModelId | undefined =>
  text.length <= LONGEST_MODEL_ID && MODEL_ID.test(text)
    ? // The only place where the brand is given.
      (text as ModelId)
    : undefined

/** The part of a card that names are resolved against. */
export type NamedModel = Pick<ModelCard, 'id' | 'aliases' | 'capabilities' | 'defect' | 'isTestModel'>

export interface ResolveContext {
  readonly capability: ModelCapability
  /** Models in memory now, last used first: an empty name means the first of these that is able. */
  readonly loaded: readonly ModelId[]
}

/**
 * Which model a caller means. Names are taken in any case, with or without an owner prefix (`mlx-community/x` finds `x`,
 * `x` finds `owner/x`) and with or without `:latest`. No name: the loaded one, else the first that is able (to rerank:
 * a ranking model, and one that makes embeddings only where there is none);
 * the test model of a new node only while there is no other.
 * @throws Fault `model_not_found`, or `no_model` when none was named and none is there
 */
export const resolveModel = (
  asked: string | undefined,
  models: readonly NamedModel[],
  context: ResolveContext,
): ModelId => {
  const name = asked?.trim() ?? ''
  if (name === '') return defaultModel(models, context)
  const found = findModel(name, models)
  if (found !== undefined) return found.id
  throw new Fault(
    'model_not_found',
    `The model '${name.slice(0, 200)}' does not exist on this node. GET /v1/models lists what there is.`,
    { param: 'model', details: { model: name.slice(0, 200) } },
  )
}

/** The model of that name, by id, then alias, then without owner; undefined when there is none. */
export const findModel = <Model extends Pick<ModelCard, 'id' | 'aliases'>>(
  asked: string,
  models: readonly Model[],
): Model | undefined => {
  const name = normalName(asked)
  const bare = withoutOwner(name)
  return (
    models.find((model) => model.id === name) ??
    models.find((model) => model.aliases.some((alias) => normalName(alias) === name)) ??
    models.find((model) => normalName(model.id) === name) ??
    models.find((model) => withoutOwner(normalName(model.id)) === bare) ??
    models.find((model) => model.aliases.some((alias) => withoutOwner(normalName(alias)) === bare))
  )
}

const normalName = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/:latest$/, '')

const withoutOwner = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

const ABILITY = {
  chat: 'chat',
  embed: 'make embeddings',
  rerank: 'rank or make embeddings',
} as const satisfies Record<ModelCapability, string>

const defaultModel = (models: readonly NamedModel[], { capability, loaded }: ResolveContext): ModelId => {
  const usable = usableModels(models, capability)
  const real = usable.filter((model) => !model.isTestModel)
  const able = real.length > 0 ? real : usable
  const model = loaded.find((id) => able.some((candidate) => candidate.id === id)) ?? able[0]?.id
  if (model !== undefined) return model
  throw new Fault(
    'no_model',
    `No model is installed that can ${ABILITY[capability]}. Put a GGUF file into the models directory (skein status shows it).`,
    { param: 'model' },
  )
}

/** Sound models that are able; where none ranks, those whose embeddings can be compared. */
const usableModels = (models: readonly NamedModel[], capability: ModelCapability): readonly NamedModel[] => {
  const usable = models.filter(
    (model) => model.defect === undefined && model.capabilities.includes(capability),
  )
  return usable.length === 0 && capability === 'rerank' ? usableModels(models, 'embed') : usable
}

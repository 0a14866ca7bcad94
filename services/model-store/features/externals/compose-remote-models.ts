import type { RemoteModelFacts } from '@shared/dialects/external/remote-model-facts.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import type { ModelCard, ModelId } from '@shared/inference/model-card.ts'
import { idNameOf } from '../catalogue/assign-model-ids.ts'
import type { KnownModel } from '../catalogue/known-model.ts'
import type { External, WatchedExternal } from './external.ts'

/** What is assumed of a remote model whose server does not tell how much it takes. */
export const ASSUMED_CONTEXT_TOKENS = 8192

/**
 * The models of other machines beside those of this node. A model has its plain name as its id while nobody had it before:
 * a model of this node, or of a server that was added earlier; else the server's name is put in front. Servers that do not
 * answer keep their models' ids, so that a name never comes to mean another machine for a while.
 */
export const composeRemoteModels = (
  watched: readonly WatchedExternal[],
  local: readonly KnownModel[],
): readonly KnownModel[] => {
  const taken = new Set<string>(local.flatMap(({ card }) => [card.id, ...card.aliases].map(bareName)))
  return watched.flatMap((machine) =>
    offeredModels(machine.external)
      .toSorted((left, right) => (left.name < right.name ? -1 : 1))
      .map((facts) => {
        const id = freeId(machine.external, facts, taken)
        taken.add(bareName(id))
        return knownModel(machine, facts, id)
      }),
  )
}

/** What the operator lets this node offer. */
export const offeredModels = ({ allowedModels, machine }: External): readonly RemoteModelFacts[] =>
  machine.models.filter(
    ({ name }) =>
      allowedModels === null || allowedModels.some((allowed) => bareName(allowed) === bareName(name)),
  )

/** Ollama writes `:latest` behind names without a tag. */
const bareName = (name: string): string => name.toLowerCase().replace(/:latest$/, '')

/** llama-server calls a model by the path of its file, unless it was told a name. */
const fileless = (name: string): string =>
  /\.gguf$/i.test(name) ? name.slice(name.lastIndexOf('/') + 1, -'.gguf'.length) : name

const freeId = (
  { name: machine }: External,
  { name }: RemoteModelFacts,
  taken: ReadonlySet<string>,
): ModelId => {
  const plain = idNameOf(bareName(fileless(name)))
  for (let count = 1; ; count += 1) {
    const text =
      count === 1
        ? plain
        : idNameOf(`${machine}/${plain.replaceAll('/', '-')}${count === 2 ? '' : `-${count}`}`)
    const id = parseModelId(text)
    if (id === undefined) throw new Error(`'${text}' is outside the grammar of ids`)
    if (!taken.has(bareName(id))) return id
  }
}

const knownModel = (
  { external, health }: WatchedExternal,
  facts: RemoteModelFacts,
  id: ModelId,
): KnownModel => ({
  card: {
    id,
    name: facts.name,
    aliases: aliasesOf(external, facts, id),
    capabilities: facts.capabilities,
    format: 'remote',
    architecture: facts.architecture ?? 'unknown',
    quantization: facts.quantization ?? 'unknown',
    parameterCount: facts.parameterCount ?? 0,
    sizeBytes: facts.sizeBytes ?? 0,
    path: external.url,
    source: 'external',
    slots: external.slots,
    ...(facts.digest === undefined ? {} : { digest: facts.digest }),
    description: `On the machine '${external.name}'.`,
    shape: shapeOf(facts),
    modifiedAt: facts.modifiedAt ?? external.addedAt,
    isTestModel: false,
    ...defectOf(external, health),
  },
  remote: { externalId: external.id, name: facts.name },
  facts: {
    architecture: facts.architecture ?? 'unknown',
    quantization: facts.quantization ?? 'unknown',
    parameterCount: facts.parameterCount ?? 0,
    capabilities: facts.capabilities,
    shape: shapeOf(facts),
    isTestModel: false,
    metadata: metadataOf(facts),
  },
  digests: [],
  firstSeenMs: Date.parse(external.addedAt),
})

const aliasesOf = (external: External, { name }: RemoteModelFacts, id: ModelId): readonly string[] =>
  [name, `${external.name}/${bareName(name)}`].filter((alias) => alias !== id)

/** Counts that nobody tells are 0: no engine of this node opens such a model. */
const shapeOf = ({ contextLength, vocabularySize }: RemoteModelFacts): ModelCard['shape'] => ({
  contextLength: contextLength ?? ASSUMED_CONTEXT_TOKENS,
  embeddingLength: 0,
  blockCount: 0,
  headCount: 0,
  keyValueHeadCount: 0,
  keyLength: 0,
  valueLength: 0,
  vocabularySize: vocabularySize ?? 0,
})

/** What clients of Ollama look for in `model_info`. */
const metadataOf = ({ architecture, contextLength }: RemoteModelFacts): KnownModel['facts']['metadata'] => ({
  ...(architecture === undefined ? {} : { 'general.architecture': architecture }),
  ...(architecture === undefined || contextLength === undefined
    ? {}
    : { [`${architecture}.context_length`]: contextLength }),
})

const defectOf = (
  { name }: External,
  health: WatchedExternal['health'],
): Pick<ModelCard, 'defect'> | Record<never, never> => {
  if (health.type === 'up') return {}
  if (health.type === 'unknown') return { defect: `The machine '${name}' has not answered yet.` }
  return { defect: `The machine '${name}' does not answer: ${health.reason}` }
}

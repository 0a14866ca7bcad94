import type { ModelCapability } from '@shared/inference/model-card.ts'
import type { RemoteProduct } from '@shared/inference/remote-product.ts'
import { isRecord } from '../wire-field.ts'
import {
  capabilitiesByName,
  countOf,
  MOST_REMOTE_MODELS,
  remoteModelName,
  wordOf,
} from './remote-model-facts.ts'
import type { RemoteModelFacts } from './remote-model-facts.ts'

type WireObject = Readonly<Record<string, unknown>>

/** The entries of `GET /v1/models`, their fields not yet looked at; undefined when it is no such list. */
export const remoteModelEntries = (reply: unknown): readonly WireObject[] | undefined => {
  const data = isRecord(reply) ? reply['data'] : undefined
  return Array.isArray(data) ? data.slice(0, MOST_REMOTE_MODELS).filter(isRecord) : undefined
}

/** Which server lists its models so, as far as the list alone tells. */
export const productOfEntries = (entries: readonly WireObject[]): RemoteProduct => {
  if (entries.some((entry) => entry['owned_by'] === 'llamacpp')) return 'llama-server'
  return entries.some((entry) => entry['owned_by'] === 'vllm') ? 'vllm' : 'openai'
}

/** `GET /v1/models` of llama-server, vLLM and everybody else. Its `created` is not read: most say the time of the request. */
export const readOpenaiModels = (
  entries: readonly WireObject[],
  product: RemoteProduct,
): readonly RemoteModelFacts[] =>
  factsOf(entries, (entry, name) => {
    const meta = isRecord(entry['meta']) ? entry['meta'] : {}
    return {
      name,
      capabilities: capabilitiesByName(name, product),
      // vLLM's, and llama-server's: what it is open with, else what it was trained for.
      contextLength:
        countOf(entry['max_model_len']) ?? countOf(meta['n_ctx']) ?? countOf(meta['n_ctx_train']),
      parameterCount: countOf(meta['n_params']),
      sizeBytes: countOf(meta['size']),
      vocabularySize: countOf(meta['n_vocab']),
    }
  })

const LMSTUDIO_CAPABILITIES: Readonly<Record<string, readonly ModelCapability[]>> = {
  llm: ['chat'],
  vlm: ['chat'],
  embeddings: ['embed'],
}

/** LM Studio's `GET /api/v0/models`; undefined when it is no such list. */
export const readLmstudioModels = (reply: unknown): readonly RemoteModelFacts[] | undefined => {
  const entries = remoteModelEntries(reply)
  const isLmstudio = entries?.every((entry) => typeof entry['type'] === 'string') ?? false
  if (entries === undefined || !isLmstudio || entries.length === 0) return undefined
  return factsOf(entries, (entry, name) => ({
    name,
    capabilities: LMSTUDIO_CAPABILITIES[String(entry['type'])] ?? [],
    contextLength: countOf(entry['loaded_context_length']) ?? countOf(entry['max_context_length']),
    architecture: wordOf(entry['arch']),
    quantization: wordOf(entry['quantization']),
  }))
}

const CAPABILITIES: readonly ModelCapability[] = ['chat', 'embed', 'rerank']

/**
 * Another Skein's `GET /models`. What that node itself has from elsewhere is left out: two nodes that were added to each
 * other would offer each other their own models, and those again.
 */
export const readSkeinModels = (entries: readonly WireObject[]): readonly RemoteModelFacts[] =>
  factsOf(
    entries.filter((entry) => {
      const source = isRecord(entry['source']) ? entry['source']['type'] : undefined
      return source !== 'external' && (entry['error'] ?? null) === null
    }),
    (entry, name) => {
      const told: unknown = entry['capabilities']
      return {
        name,
        capabilities: Array.isArray(told) ? CAPABILITIES.filter((known) => told.includes(known)) : [],
        contextLength: countOf(entry['contextLength']),
        sizeBytes: countOf(entry['sizeBytes']),
        architecture: wordOf(entry['family']),
        quantization: wordOf(entry['quantization']),
      }
    },
  )

type PossibleFacts = {
  readonly [Name in keyof RemoteModelFacts]: RemoteModelFacts[Name] | undefined
} & Pick<RemoteModelFacts, 'name' | 'capabilities'>

/** Each name once, without what cannot be asked for anything. */
const factsOf = (
  entries: readonly WireObject[],
  read: (entry: WireObject, name: string) => PossibleFacts,
): readonly RemoteModelFacts[] => {
  const facts = new Map<string, RemoteModelFacts>()
  for (const entry of entries) {
    const name = remoteModelName(entry['id'])
    if (name === undefined) continue
    const known = withoutAbsent(read(entry, name))
    if (known.capabilities.length > 0) facts.set(name, known)
  }
  return [...facts.values()]
}

export const withoutAbsent = ({ name, capabilities, ...rest }: PossibleFacts): RemoteModelFacts => ({
  name,
  capabilities,
  ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
})

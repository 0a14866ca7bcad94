import type { ModelCapability } from '@shared/inference/model-card.ts'
import type { RemoteProduct } from '@shared/inference/remote-product.ts'

/** What a server says of one of its models; absent: it does not tell. */
export interface RemoteModelFacts {
  /** As the server calls it. */
  readonly name: string
  readonly capabilities: readonly ModelCapability[]
  readonly contextLength?: number
  readonly sizeBytes?: number
  readonly vocabularySize?: number
  readonly parameterCount?: number
  readonly architecture?: string
  readonly quantization?: string
  /** Lower-case hex. */
  readonly digest?: string
  /** ISO 8601 UTC. */
  readonly modifiedAt?: string
}

/** More of one server are not offered: nobody chooses among so many, and a hostile one could list millions. */
export const MOST_REMOTE_MODELS = 500
const LONGEST_NAME = 256
const UNPRINTABLE = /\p{Cc}/u

/** A name that can be shown and sent back, else undefined. */
export const remoteModelName = (value: unknown): string | undefined =>
  typeof value === 'string' &&
  value !== '' &&
  value.length <= LONGEST_NAME &&
  value.isWellFormed() &&
  !UNPRINTABLE.test(value)
    ? value
    : undefined

/** Servers with a route that ranks documents. */
const RANKS = {
  ollama: false,
  'llama-server': true,
  lmstudio: false,
  vllm: true,
  skein: true,
  openai: false,
} as const satisfies Record<RemoteProduct, boolean>

const RANKING_NAME = /rerank/i
const EMBEDDING_NAME = /embed|minilm|(^|[/_.-])(bge|gte|e5)[-_]/i

/** What a model of that name most likely does, where its server does not tell. */
export const capabilitiesByName = (name: string, product: RemoteProduct): readonly ModelCapability[] => {
  if (RANKING_NAME.test(name)) return RANKS[product] ? ['rerank'] : []
  return EMBEDDING_NAME.test(name) ? ['embed'] : ['chat']
}

/** A whole number of at least 1, else undefined. */
export const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined

const LONGEST_WORD = 64

/** A short word such as the name of an architecture, else undefined. */
export const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\w.+ -]+$/.test(value) && value.length <= LONGEST_WORD ? value : undefined

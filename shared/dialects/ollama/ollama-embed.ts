import { Fault } from '@shared/fault/fault.ts'
import type { Embeddings } from '@shared/inference/embed-request.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { cutVector } from '../cut-vector.ts'
import type { DecodedEmbedRequest, EmbedDialect, EmbedShape } from '../embed-dialect.ts'
import { wrongType } from '../wire-field.ts'
import { OllamaEmbedBody, OllamaEmbeddingsBody } from './ollama-embed-schema.ts'
import { ollamaFaultBody } from './ollama-faults.ts'
import { decodeOllamaKeepAlive } from './ollama-keep-alive.ts'
import { decodeOllamaOptions } from './ollama-options.ts'
import { ollamaNanoseconds } from './ollama-time.ts'
import { checkOllamaUnsupported } from './ollama-unsupported.ts'

const EMBED_FIELDS = new Set(Object.keys(OllamaEmbedBody.properties))
const EMBEDDINGS_FIELDS = new Set(Object.keys(OllamaEmbeddingsBody.properties))
const MOST_INPUTS = 2048

type WireWishes = Pick<OllamaEmbedBody, 'keep_alive' | 'options'>

const wishesOf = (body: WireWishes, warnings: readonly string[]) => {
  const { contextTokens, warnings: optionWarnings } = decodeOllamaOptions(body.options)
  const keepAliveMs = decodeOllamaKeepAlive(body.keep_alive)
  return {
    warnings: [...warnings, ...optionWarnings],
    ...(keepAliveMs === undefined ? {} : { keepAliveMs }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
  }
}

/** Ollama only loads the model for no text, and for an empty one. */
const textsOf = (input: unknown): readonly string[] => {
  if (input === undefined || input === '') return []
  if (typeof input === 'string') return [input]
  if (!Array.isArray(input)) throw wrongType('input', 'a string or an array of strings', input)
  if (input.length > MOST_INPUTS) {
    throw new Fault(
      'invalid_request',
      `'input' may have at most ${MOST_INPUTS} entries, got ${input.length}.`,
      {
        param: 'input',
      },
    )
  }
  return input.map((entry: unknown, index) => {
    const param = `input[${index}]`
    if (typeof entry !== 'string') throw wrongType(param, 'a string', entry)
    if (entry === '') throw new Fault('invalid_request', `'${param}' is empty.`, { param })
    return entry
  })
}

const requestOf = (model: ModelId, texts: readonly string[]) => ({
  model,
  inputs: texts.map((text) => ({ type: 'text' as const, text })),
})

const decodeEmbed = (body: OllamaEmbedBody, model: ModelId): DecodedEmbedRequest => {
  const warnings = checkOllamaUnsupported(body, EMBED_FIELDS)
  const { dimensions = 0 } = body
  return {
    request: requestOf(model, textsOf(body.input)),
    shape: { encoding: 'float', ...(dimensions === 0 ? {} : { dimensions }) },
    isCutToFit: body.truncate ?? true,
    ...wishesOf(body, warnings),
  }
}

const decodeEmbeddings = (body: OllamaEmbeddingsBody, model: ModelId): DecodedEmbedRequest => ({
  shape: { encoding: 'float' },
  isCutToFit: true,
  ...wishesOf(body, checkOllamaUnsupported(body, EMBEDDINGS_FIELDS)),
  request: requestOf(model, textsOf(body.prompt)),
})

const encodeEmbed = ({ vectors, promptTokens, timings }: Embeddings, shape: EmbedShape, model: string) => ({
  model,
  embeddings: vectors.map((vector) => Array.from(cutVector(vector, shape.dimensions))),
  total_duration: ollamaNanoseconds(timings?.totalMs ?? 0),
  load_duration: ollamaNanoseconds(timings?.loadMs ?? 0),
  prompt_eval_count: promptTokens,
})

/** `POST /api/embed` */
export const ollamaEmbed: EmbedDialect<OllamaEmbedBody> = {
  decode: decodeEmbed,
  encode: encodeEmbed,
  faultBody: ollamaFaultBody,
}

/** `POST /api/embeddings` */
export const ollamaEmbeddings: EmbedDialect<OllamaEmbeddingsBody> = {
  decode: decodeEmbeddings,
  encode: ({ vectors: [vector] }) => ({ embedding: Array.from(vector ?? []) }),
  faultBody: ollamaFaultBody,
}

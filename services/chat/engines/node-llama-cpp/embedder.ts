import { Fault } from '@shared/fault/fault.ts'
import type { EmbedInput, Embeddings } from '@shared/inference/embed-request.ts'
import type { LlamaEmbeddingContext, LlamaModel, Token } from 'node-llama-cpp'
import type { ModelTokenizer } from './model-tokenizer.ts'
import { contextFault } from '../../policy/context-fault.ts'

export interface EmbedderParts {
  readonly model: LlamaModel
  readonly tokenizer: ModelTokenizer
  readonly contextTokens: number
  readonly threads: number
}

/** Turns texts into vectors, one after the other. */
export interface Embedder {
  /** @throws Fault `context_length_exceeded`, `invalid_request`; the signal's reason between two inputs */
  embed(inputs: readonly EmbedInput[], signal: AbortSignal): Promise<Embeddings>
}

export const createEmbedder = (parts: EmbedderParts): Embedder => {
  let opening: Promise<LlamaEmbeddingContext> | undefined
  const open = (): Promise<LlamaEmbeddingContext> => {
    opening ??= openContext(parts)
    return opening
  }
  return {
    async embed(inputs, signal) {
      const context = await open()
      const texts = inputs.map((input) => tokensOf(parts, context, input))
      const vectors: Float32Array[] = []
      for (const { tokens } of texts) {
        signal.throwIfAborted()
        vectors.push(unitLength((await context.getEmbeddingFor(tokens)).vector))
      }
      return { vectors, promptTokens: texts.reduce((sum, { length }) => sum + length, 0) }
    },
  }
}

/**
 * The trap: the vector of a text comes from one batch, so that has to hold the longest text; and the library takes only
 * texts that are shorter than the context.
 */
const openContext = ({ contextTokens, model, threads }: EmbedderParts): Promise<LlamaEmbeddingContext> =>
  model.createEmbeddingContext({
    contextSize: contextTokens + 1,
    batchSize: contextTokens + 1,
    threads,
    ignoreMemorySafetyChecks: true,
  })

interface EmbedText {
  readonly tokens: Token[]
  /** With the tokens that the model wants around a text. */
  readonly length: number
}

const tokensOf = (
  { contextTokens, tokenizer }: EmbedderParts,
  context: LlamaEmbeddingContext,
  input: EmbedInput,
): EmbedText => {
  if (input.type === 'text') {
    const least = tokenizer.leastTokens(input.text.length)
    if (least > contextTokens) throw contextFault(`at least ${least}`, contextTokens)
  }
  const tokens =
    input.type === 'text' ? tokenizer.tokenize(input.text) : tokenizer.check(input.tokens, 'input')
  if (tokens.length === 0)
    throw new Fault('invalid_request', 'An empty text has no embedding.', { param: 'input' })
  const length = context.calculateInputLength(tokens)
  if (length > contextTokens) throw contextFault(length, contextTokens)
  return { tokens, length }
}

/** The engine gives vectors of any length. */
const unitLength = (vector: readonly number[]): Float32Array => {
  const length = Math.hypot(...vector)
  if (!Number.isFinite(length)) throw new Fault('engine_failed', 'The model gave a vector that is no number.')
  return Float32Array.from(vector, (value) => (length === 0 ? 0 : value / length))
}

import { Fault } from '@shared/fault/fault.ts'
import type { EmbedInput } from '@shared/inference/embed-request.ts'
import type { LlamaServerClient } from './llama-server-client.ts'
import { checkLength, tokenizeText } from './tokenize-text.ts'
import { contextFault } from '../../policy/context-fault.ts'
import { isWireObject, listField, numberField, textField } from './wire-reply.ts'

/** What the model can take. */
export interface EmbedLimits {
  readonly contextTokens: number
  readonly vocabularySize: number
}

/**
 * Each input as token ids, with the tokens that the model wants around a text.
 * @throws Fault `context_length_exceeded`, `invalid_request`
 */
export const tokenizeInputs = async (
  client: LlamaServerClient,
  inputs: readonly EmbedInput[],
  limits: EmbedLimits,
  signal: AbortSignal,
): Promise<readonly (readonly number[])[]> => {
  const tokenLists: (readonly number[])[] = []
  for (const input of inputs) {
    const tokens = await tokenizeInput(client, input, limits, signal)
    if (tokens.length > limits.contextTokens) throw contextFault(tokens.length, limits.contextTokens)
    tokenLists.push(tokens)
  }
  return tokenLists
}

const tokenizeInput = async (
  client: LlamaServerClient,
  input: EmbedInput,
  { contextTokens, vocabularySize }: EmbedLimits,
  signal: AbortSignal,
): Promise<readonly number[]> => {
  const { length } = input.type === 'tokens' ? input.tokens : input.text
  if (length === 0) throw new Fault('invalid_request', 'An empty text has no embedding.', { param: 'input' })
  if (input.type === 'tokens') return checkTokens(input.tokens, vocabularySize, 'input')
  checkLength(input.text.length, contextTokens)
  return tokenizeText(client, input.text, { readMarkers: false, addSpecial: true }, signal)
}

/** @throws Fault `invalid_request` for an id that the vocabulary lacks: the engine aborts over some of them */
export const checkTokens = (
  tokens: readonly number[],
  vocabularySize: number,
  param?: string,
): readonly number[] => {
  const unknown = tokens.find((token) => !Number.isSafeInteger(token) || token < 0 || token >= vocabularySize)
  if (unknown === undefined) return tokens
  throw new Fault(
    'invalid_request',
    `${unknown} is no token of this model: its ids go from 0 to ${vocabularySize - 1}.`,
    param === undefined ? {} : { param },
  )
}

/** The unit-length vectors of some inputs, in their order. */
export const embedTokens = async (
  client: LlamaServerClient,
  tokenLists: readonly (readonly number[])[],
  signal: AbortSignal,
): Promise<readonly Float32Array[]> => {
  // As base64 a vector is exact and a quarter of its decimal digits.
  const reply = await client.call('/v1/embeddings', { input: tokenLists, encoding_format: 'base64' }, signal)
  const entries = listField(reply, 'data').filter(isWireObject)
  if (entries.length !== tokenLists.length) {
    throw new Fault(
      'engine_failed',
      `llama-server sent ${entries.length} vectors for ${tokenLists.length} texts.`,
    )
  }
  return entries
    .toSorted((left, right) => numberField(left, 'index') - numberField(right, 'index'))
    .map((entry) => decodeVector(textField(entry, 'embedding')))
}

const decodeVector = (base64: string): Float32Array => {
  const bytes = Uint8Array.fromBase64(base64)
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.byteLength / Float32Array.BYTES_PER_ELEMENT))
}

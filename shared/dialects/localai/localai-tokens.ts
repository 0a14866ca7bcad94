import { Fault } from '@shared/fault/fault.ts'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { checkFields } from '../check-fields.ts'
import { isTokenList, wrongType } from '../wire-field.ts'

const model = Type.Optional(Type.String())

/** Body of `POST /v1/tokenize`; `prompt` and `text` are other servers' words for `content`. */
export const LocalaiTokenizeBody = Type.Object(
  {
    model,
    content: Type.Optional(Type.String()),
    prompt: Type.Optional(Type.String()),
    text: Type.Optional(Type.String()),
  },
  { additionalProperties: true, title: 'TokenizeRequest' },
)

export type LocalaiTokenizeBody = Static<typeof LocalaiTokenizeBody>

/** Body of `POST /v1/detokenize`. */
export const LocalaiDetokenizeBody = Type.Object(
  { model, tokens: Type.Unknown({ type: 'array', items: { type: 'integer' } }) },
  { additionalProperties: true, title: 'DetokenizeRequest' },
)

export type LocalaiDetokenizeBody = Static<typeof LocalaiDetokenizeBody>

const isOff = (value: unknown): boolean => value === false

/** llama.cpp's switches of these routes, which would change the answer. */
const REFUSED = { add_special: isOff, parse_special: isOff, with_pieces: isOff, special: isOff }
const TOKENIZE_FIELDS = new Set(Object.keys(LocalaiTokenizeBody.properties))
const DETOKENIZE_FIELDS = new Set(Object.keys(LocalaiDetokenizeBody.properties))

const warningsOf = (body: Readonly<Record<string, unknown>>, known: ReadonlySet<string>): readonly string[] =>
  checkFields(body, { known, refused: REFUSED, harmless: new Set() })

/** @throws Fault `invalid_request` without a text */
export const decodeLocalaiTokenize = (body: LocalaiTokenizeBody) => {
  const warnings = warningsOf(body, TOKENIZE_FIELDS)
  const text = body.content ?? body.prompt ?? body.text
  if (text !== undefined) return { text, warnings }
  throw new Fault('invalid_request', "'content' is required: the text to cut into tokens.", {
    param: 'content',
  })
}

/** @throws Fault `invalid_request` for anything but token ids */
export const decodeLocalaiDetokenize = (body: LocalaiDetokenizeBody) => {
  const warnings = warningsOf(body, DETOKENIZE_FIELDS)
  if (!isTokenList(body.tokens)) throw wrongType('tokens', 'an array of token ids', body.tokens)
  return { tokens: body.tokens, warnings }
}

/** The last answer of a model. */
export interface AnswerFigures {
  readonly tokensPerSecond: number
  readonly generatedTokens: number
  /** Those that were in the engine's cache already are not among them. */
  readonly processedPromptTokens: number
}

/**
 * Reply of `/v1/tokenMetrics`; all figures are 0 before a model's first answer. What LocalAI meant to tell beside them is
 * null: engines do not say which slot it was, and a prompt is nobody's business but its sender's.
 */
export const encodeLocalaiTokenMetrics = (figures: AnswerFigures | undefined) => ({
  slot_id: null,
  prompt_json_for_slot: null,
  tokens_per_second: figures?.tokensPerSecond ?? 0,
  tokens_generated: figures?.generatedTokens ?? 0,
  prompt_tokens_processed: figures?.processedPromptTokens ?? 0,
})

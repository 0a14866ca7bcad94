import { Fault } from '@shared/fault/fault.ts'
import type { Embeddings } from '@shared/inference/embed-request.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { cutVector } from '../cut-vector.ts'
import type { DecodedEmbedRequest, EmbedDialect, EmbedShape } from '../embed-dialect.ts'
import { OpenaiEmbedBody } from './openai-embed-schema.ts'
import { openaiFaultBody } from './openai-faults.ts'
import { decodeOpenaiPrompts } from './openai-prompts.ts'
import { checkUnsupported } from './openai-unsupported.ts'

const KNOWN = new Set(Object.keys(OpenaiEmbedBody.properties))
/** OpenAI's own limit. */
const MOST_INPUTS = 2048

const decode = (body: OpenaiEmbedBody, model: ModelId): DecodedEmbedRequest => {
  const warnings = checkUnsupported(body, KNOWN)
  const inputs = decodeOpenaiPrompts('input', body.input, MOST_INPUTS)
  const empty = inputs.findIndex((input) =>
    input.type === 'text' ? input.text === '' : input.tokens.length === 0,
  )
  if (empty !== -1) throw new Fault('invalid_request', `'input[${empty}]' is empty.`, { param: 'input' })
  return {
    request: { model, inputs },
    shape: {
      encoding: body.encoding_format ?? 'float',
      ...(body.dimensions === undefined ? {} : { dimensions: body.dimensions }),
    },
    warnings,
  }
}

const encode = (embeddings: Embeddings, shape: EmbedShape, model: string) => ({
  object: 'list' as const,
  data: embeddings.vectors.map((vector, index) => ({
    object: 'embedding' as const,
    index,
    embedding: encodeVector(cutVector(vector, shape.dimensions), shape.encoding),
  })),
  model,
  usage: { prompt_tokens: embeddings.promptTokens, total_tokens: embeddings.promptTokens },
})

const encodeVector = (vector: Float32Array, encoding: EmbedShape['encoding']): number[] | string =>
  encoding === 'float'
    ? Array.from(vector)
    : Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')

export const openaiEmbed: EmbedDialect<OpenaiEmbedBody> = { decode, encode, faultBody: openaiFaultBody }

import type { ModelId } from '@shared/inference/model-card.ts'
import type { Prompt } from '@shared/inference/generate-request.ts'
import type { DecodedRequest, TextDialect } from '../text-dialect.ts'
import { encodeOllamaContext } from './ollama-context.ts'
import { ollamaFaultBody, ollamaFaultFrame } from './ollama-faults.ts'
import { ollamaGeneratePrompt } from './ollama-generate-prompt.ts'
import { OllamaGenerateBody } from './ollama-generate-schema.ts'
import { encodeOllamaReply, ollamaFrames } from './ollama-reply.ts'
import type { OllamaReplyFields } from './ollama-reply.ts'
import { decodeOllamaRequest } from './ollama-request.ts'
import { checkOllamaUnsupported } from './ollama-unsupported.ts'

const KNOWN = new Set(Object.keys(OllamaGenerateBody.properties))

const FIELDS: OllamaReplyFields = {
  said: ({ text: response = '', thinking = '' }) => ({ response, ...(thinking === '' ? {} : { thinking }) }),
  last: ({ text }, { requests }) => {
    const prompt = requests[0]?.prompt
    return prompt?.type === 'chat' ? { context: encodeOllamaContext(prompt.messages, text) } : {}
  },
}

const decode = (body: OllamaGenerateBody, model: ModelId): DecodedRequest => {
  const warnings = checkOllamaUnsupported(body, KNOWN)
  const prompt = ollamaGeneratePrompt(body)
  return decodeOllamaRequest(body, model, prompt, [...warnings, ...imageWarnings(prompt)])
}

const imageWarnings = (prompt: Prompt | undefined): readonly string[] =>
  prompt?.type === 'chat' && prompt.messages.some(({ parts }) => parts.some(({ type }) => type === 'image'))
    ? ["The 'context' of the answer is without its images."]
    : []

export const ollamaGenerate: TextDialect<OllamaGenerateBody> = {
  streamType: 'application/x-ndjson',
  decode,
  encode: ([generation], shape, reply) => encodeOllamaReply(FIELDS, generation, shape, reply),
  frames: (events, shape, reply) => ollamaFrames(FIELDS, events, shape, reply),
  faultBody: ollamaFaultBody,
  faultFrame: ollamaFaultFrame,
}

import type { ModelId } from '@shared/inference/model-card.ts'
import type { DecodedRequest, TextDialect } from '../text-dialect.ts'
import { OllamaChatBody } from './ollama-chat-schema.ts'
import { ollamaFaultBody, ollamaFaultFrame } from './ollama-faults.ts'
import { decodeOllamaMessages, ollamaMessageWarnings } from './ollama-messages.ts'
import { encodeOllamaReply, ollamaFrames } from './ollama-reply.ts'
import type { OllamaReplyFields } from './ollama-reply.ts'
import { decodeOllamaRequest } from './ollama-request.ts'
import { checkOllamaUnsupported } from './ollama-unsupported.ts'

const KNOWN = new Set(Object.keys(OllamaChatBody.properties))

const FIELDS: OllamaReplyFields = {
  text: (content) => ({ message: { role: 'assistant', content } }),
  last: {},
}

const decode = (body: OllamaChatBody, model: ModelId): DecodedRequest => {
  const warnings = checkOllamaUnsupported(body, KNOWN)
  const wire = body.messages ?? []
  const messages = decodeOllamaMessages(wire)
  const prompt = messages.length === 0 ? undefined : { type: 'chat' as const, messages }
  return decodeOllamaRequest(body, model, prompt, [...warnings, ...ollamaMessageWarnings(wire)])
}

export const ollamaChat: TextDialect<OllamaChatBody> = {
  streamType: 'application/x-ndjson',
  decode,
  encode: ([generation], shape, reply) => encodeOllamaReply(FIELDS, generation, shape, reply),
  frames: (events, _shape, reply) => ollamaFrames(FIELDS, events, reply),
  faultBody: ollamaFaultBody,
  faultFrame: ollamaFaultFrame,
}

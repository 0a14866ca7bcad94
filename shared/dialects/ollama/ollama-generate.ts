import { Fault } from '@shared/fault/fault.ts'
import type { Message, Prompt } from '@shared/inference/generate-request.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { DecodedRequest, TextDialect } from '../text-dialect.ts'
import { ollamaFaultBody, ollamaFaultFrame } from './ollama-faults.ts'
import { OllamaGenerateBody } from './ollama-generate-schema.ts'
import { refuseOllamaImages } from './ollama-images.ts'
import { encodeOllamaReply, ollamaFrames } from './ollama-reply.ts'
import type { OllamaReplyFields } from './ollama-reply.ts'
import { decodeOllamaRequest } from './ollama-request.ts'
import { checkOllamaUnsupported } from './ollama-unsupported.ts'

const KNOWN = new Set(Object.keys(OllamaGenerateBody.properties))

const FIELDS: OllamaReplyFields = {
  text: (response) => ({ response }),
  // Its clients send this back with the next prompt. Nothing is remembered by it here, and an empty one asks for nothing.
  last: { context: [] },
}

const decode = (body: OllamaGenerateBody, model: ModelId): DecodedRequest => {
  const warnings = checkOllamaUnsupported(body, KNOWN)
  refuseOllamaImages(body.images, 'images')
  return decodeOllamaRequest(body, model, promptOf(body), warnings)
}

const promptOf = ({ prompt = '', system = '', raw = false }: OllamaGenerateBody): Prompt | undefined => {
  if (raw && system !== '') {
    throw new Fault('invalid_request', "raw mode does not support 'system'.", { param: 'system' })
  }
  if (prompt === '') return undefined
  if (raw) return { type: 'text', text: prompt }
  const messages = [messageOf('user', prompt)]
  return { type: 'chat', messages: system === '' ? messages : [messageOf('system', system), ...messages] }
}

const messageOf = (role: 'system' | 'user', text: string): Message => ({
  role,
  parts: [{ type: 'text', text }],
})

export const ollamaGenerate: TextDialect<OllamaGenerateBody> = {
  streamType: 'application/x-ndjson',
  decode,
  encode: ([generation], shape, reply) => encodeOllamaReply(FIELDS, generation, shape, reply),
  frames: (events, _shape, reply) => ollamaFrames(FIELDS, events, reply),
  faultBody: ollamaFaultBody,
  faultFrame: ollamaFaultFrame,
}

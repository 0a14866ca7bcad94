import type { ChatPrompt } from '@shared/inference/generate-request.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { decodeOpenaiTools } from '../openai/openai-tools.ts'
import type { DecodedRequest, TextDialect } from '../text-dialect.ts'
import { OllamaChatBody } from './ollama-chat-schema.ts'
import { ollamaFaultBody, ollamaFaultFrame } from './ollama-faults.ts'
import { decodeOllamaMessages } from './ollama-messages.ts'
import { encodeOllamaReply, ollamaFrames } from './ollama-reply.ts'
import type { OllamaReplyFields } from './ollama-reply.ts'
import { decodeOllamaRequest } from './ollama-request.ts'
import { decodeOllamaThink } from './ollama-think.ts'
import { checkOllamaUnsupported } from './ollama-unsupported.ts'

const KNOWN = new Set(Object.keys(OllamaChatBody.properties))

const FIELDS: OllamaReplyFields = {
  said: ({ text: content = '', thinking = '', calls = [] }) => ({
    message: {
      role: 'assistant',
      content,
      ...(thinking === '' ? {} : { thinking }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  }),
  last: () => ({}),
}

const decode = (body: OllamaChatBody, model: ModelId): DecodedRequest => {
  const warnings = checkOllamaUnsupported(body, KNOWN)
  return decodeOllamaRequest(body, model, promptOf(body), warnings)
}

const promptOf = (body: OllamaChatBody): ChatPrompt | undefined => {
  const messages = decodeOllamaMessages(body.messages ?? [])
  // Ollama took OpenAI's form over.
  const tools = decodeOpenaiTools(body.tools)
  const reasoning = decodeOllamaThink(body.think)
  if (messages.length === 0) return undefined
  return {
    type: 'chat',
    messages,
    ...(tools.length === 0 ? {} : { tools }),
    ...(reasoning === undefined ? {} : { reasoning }),
  }
}

export const ollamaChat: TextDialect<OllamaChatBody> = {
  streamType: 'application/x-ndjson',
  decode,
  encode: ([generation], shape, reply) => encodeOllamaReply(FIELDS, generation, shape, reply),
  frames: (events, shape, reply) => ollamaFrames(FIELDS, events, shape, reply),
  faultBody: ollamaFaultBody,
  faultFrame: ollamaFaultFrame,
}

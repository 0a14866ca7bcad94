import type { Generation } from '@shared/inference/generation.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { DecodedRequest, ReplyContext, ReplyShape, TextDialect } from '../text-dialect.ts'
import { OpenaiChatBody } from './openai-chat-schema.ts'
import { openaiChatFrames } from './openai-chat-stream.ts'
import { openaiFaultBody, openaiFaultFrame } from './openai-faults.ts'
import { OPENAI_FINISH_REASON } from './openai-finish-reason.ts'
import { decodeOpenaiMessages } from './openai-messages.ts'
import { checkMaxTokens, decodeOpenaiSampling } from './openai-sampling.ts'
import { checkUnsupported } from './openai-unsupported.ts'
import { encodeOpenaiUsage } from './openai-usage.ts'

const KNOWN = new Set(Object.keys(OpenaiChatBody.properties))

const decode = (body: OpenaiChatBody, model: ModelId): DecodedRequest => {
  const warnings = checkUnsupported(body, KNOWN)
  const messages = decodeOpenaiMessages(body.messages)
  const maxTokens =
    checkMaxTokens('max_completion_tokens', body.max_completion_tokens) ??
    checkMaxTokens('max_tokens', body.max_tokens)
  const choices = body.n ?? 1
  return {
    requests: Array.from({ length: choices }, (_, choice) => ({
      model,
      prompt: { type: 'chat' as const, messages },
      ...decodeOpenaiSampling(body, maxTokens, choice),
    })),
    samplesPerPrompt: choices,
    isStream: body.stream ?? false,
    includesUsage: body.stream_options?.include_usage ?? false,
    prefixes: [],
    warnings,
  }
}

const encode = (generations: readonly Generation[], shape: ReplyShape, reply: ReplyContext) => ({
  id: `chatcmpl-${reply.id}`,
  object: 'chat.completion' as const,
  created: reply.createdAt,
  model: reply.model,
  choices: generations.map((generation, index) => ({
    index,
    message: { role: 'assistant' as const, content: generation.text, refusal: null, annotations: [] },
    logprobs: null,
    finish_reason: OPENAI_FINISH_REASON[generation.reason],
  })),
  usage: encodeOpenaiUsage(
    generations.map((generation) => generation.usage),
    shape.samplesPerPrompt,
  ),
  system_fingerprint: 'skein',
})

export const openaiChat: TextDialect<OpenaiChatBody> = {
  streamType: 'text/event-stream',
  decode,
  encode,
  frames: openaiChatFrames,
  faultBody: openaiFaultBody,
  faultFrame: openaiFaultFrame,
}

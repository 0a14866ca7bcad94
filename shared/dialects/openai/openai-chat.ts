import type { Generation } from '@shared/inference/generation.ts'
import type { ChatPrompt } from '@shared/inference/generate-request.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { DecodedRequest, ReplyContext, ReplyShape, TextDialect } from '../text-dialect.ts'
import { onlyDefined } from './only-defined.ts'
import { encodeOpenaiMessage } from './openai-chat-message.ts'
import { OpenaiChatBody } from './openai-chat-schema.ts'
import { openaiChatFrames } from './openai-chat-stream.ts'
import { openaiFaultBody, openaiFaultFrame } from './openai-faults.ts'
import { openaiFinishReason } from './openai-finish-reason.ts'
import { decodeOpenaiLogprobs, encodeOpenaiLogprobs } from './openai-logprobs.ts'
import { decodeOpenaiMessages } from './openai-messages.ts'
import { decodeOpenaiMetadata } from './openai-metadata.ts'
import { decodeOpenaiOutput } from './openai-output.ts'
import { decodeOpenaiReasoning } from './openai-reasoning.ts'
import { checkMaxTokens, decodeOpenaiSampling } from './openai-sampling.ts'
import { decodeOpenaiToolUse } from './openai-tool-use.ts'
import { checkUnsupported } from './openai-unsupported.ts'
import { encodeOpenaiUsage } from './openai-usage.ts'

const KNOWN = new Set(Object.keys(OpenaiChatBody.properties))

/** @param mcpServers servers whose tools may be used where the body names none */
export const decodeOpenaiChat = (
  body: OpenaiChatBody,
  model: ModelId,
  mcpServers?: DecodedRequest['mcpServers'],
): DecodedRequest => {
  const warnings = checkUnsupported(body, KNOWN)
  const metadata = decodeOpenaiMetadata(body.metadata)
  const servers = metadata.mcpServers ?? mcpServers
  const toolUse = decodeOpenaiToolUse(body, servers !== undefined)
  const prompt: ChatPrompt = {
    type: 'chat',
    messages: decodeOpenaiMessages(body.messages),
    ...(toolUse.tools.length === 0 ? {} : { tools: toolUse.tools }),
    ...decodeOpenaiReasoning(body, metadata),
  }
  const logprobs = decodeOpenaiLogprobs(body.logprobs, body.top_logprobs)
  const answer = {
    model,
    prompt,
    ...toolUse.request,
    ...decodeOpenaiOutput(body),
    ...onlyDefined({ logprobs }),
  }
  const choices = body.n ?? 1
  return {
    requests: Array.from({ length: choices }, (_, choice) => ({
      ...answer,
      ...decodeOpenaiSampling(body, budgetOf(body), choice),
    })),
    samplesPerPrompt: choices,
    isStream: body.stream ?? false,
    includesUsage: body.stream_options?.include_usage ?? false,
    prefixes: [],
    warnings,
    ...onlyDefined({ mcpServers: toolUse.mayNotCall ? undefined : servers }),
    ...(toolUse.usesLegacyFunctions ? { usesLegacyFunctions: true } : {}),
  }
}

/** The newer name wins. */
const budgetOf = (body: OpenaiChatBody): number | undefined =>
  checkMaxTokens('max_completion_tokens', body.max_completion_tokens) ??
  checkMaxTokens('max_tokens', body.max_tokens)

const encode = (generations: readonly Generation[], shape: ReplyShape, reply: ReplyContext) => ({
  id: `chatcmpl-${reply.id}`,
  object: 'chat.completion' as const,
  created: reply.createdAt,
  model: reply.model,
  choices: generations.map((generation, index) => ({
    index,
    message: encodeOpenaiMessage(generation, shape.usesLegacyFunctions ?? false),
    logprobs: encodeOpenaiLogprobs(generation.logprobs),
    finish_reason: openaiFinishReason(generation.reason, shape.usesLegacyFunctions),
  })),
  usage: encodeOpenaiUsage(generations, shape.samplesPerPrompt, reply),
  system_fingerprint: 'skein',
})

export const openaiChat: TextDialect<OpenaiChatBody> = {
  streamType: 'text/event-stream',
  decode: (body, model) => decodeOpenaiChat(body, model),
  encode,
  frames: openaiChatFrames,
  faultBody: openaiFaultBody,
  faultFrame: openaiFaultFrame,
}

import type { Sampling } from '@shared/inference/generate-request.ts'
import type { Generation } from '@shared/inference/generation.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { DecodedRequest, ReplyContext, ReplyShape, TextDialect } from '../text-dialect.ts'
import { encodeAnthropicContent } from './anthropic-content.ts'
import { anthropicFaultBody, anthropicFaultFrame } from './anthropic-faults.ts'
import { encodeAnthropicMessage } from './anthropic-message.ts'
import { AnthropicMessagesBody } from './anthropic-messages-schema.ts'
import { anthropicMessagesFrames } from './anthropic-messages-stream.ts'
import { decodeAnthropicOutput } from './anthropic-output.ts'
import { decodeAnthropicPrompt } from './anthropic-prompt.ts'
import { encodeAnthropicStop } from './anthropic-stop.ts'
import { checkAnthropicUnsupported } from './anthropic-unsupported.ts'

const KNOWN = new Set(Object.keys(AnthropicMessagesBody.properties))

const decode = (body: AnthropicMessagesBody, model: ModelId): DecodedRequest => {
  const unknown = checkAnthropicUnsupported(body, KNOWN)
  const { warnings, ...asked } = decodeAnthropicPrompt(body)
  const noted = new Set([...unknown, ...warnings])
  const output = decodeAnthropicOutput(body, noted)
  return {
    requests: [
      {
        model,
        ...asked,
        ...(output === undefined ? {} : { output }),
        sampling: samplingOf(body),
        stop: body.stop_sequences ?? [],
        maxTokens: body.max_tokens,
      },
    ],
    samplesPerPrompt: 1,
    isStream: body.stream ?? false,
    includesUsage: true,
    prefixes: [],
    warnings: [...noted],
  }
}

const samplingOf = (body: AnthropicMessagesBody): Sampling => ({
  ...(body.temperature === undefined ? {} : { temperature: body.temperature }),
  ...(body.top_p === undefined ? {} : { topP: body.top_p }),
  ...(body.top_k === undefined ? {} : { topK: body.top_k }),
})

/** One request has one answer. */
const encode = ([generation]: readonly Generation[], _: ReplyShape, reply: ReplyContext) =>
  generation &&
  encodeAnthropicMessage(reply, {
    content: encodeAnthropicContent(generation),
    stop: encodeAnthropicStop(generation),
    usage: generation.usage,
  })

export const anthropicMessages: TextDialect<AnthropicMessagesBody> = {
  streamType: 'text/event-stream',
  decode,
  encode,
  frames: anthropicMessagesFrames,
  faultBody: anthropicFaultBody,
  faultFrame: anthropicFaultFrame,
}

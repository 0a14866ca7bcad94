import type { Usage } from '@shared/inference/usage.ts'
import type { ReplyContext } from '../text-dialect.ts'
import type { AnthropicBlock } from './anthropic-content.ts'
import type { AnthropicStop } from './anthropic-stop.ts'
import { encodeAnthropicUsage } from './anthropic-usage.ts'

/** One answer: of a whole reply, and without its content as a stream begins with it. */
export const encodeAnthropicMessage = (
  reply: ReplyContext,
  answer: {
    readonly content: readonly AnthropicBlock[]
    readonly stop: AnthropicStop
    readonly usage: Usage
  },
) => ({
  id: `msg_${reply.id}`,
  type: 'message' as const,
  role: 'assistant' as const,
  model: reply.model,
  content: answer.content,
  ...answer.stop,
  diagnostics: null,
  usage: {
    ...encodeAnthropicUsage(answer.usage),
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    inference_geo: null,
    service_tier: 'standard' as const,
    speed: null,
  },
})

import type { Prompt } from '@shared/inference/generate-request.ts'
import { AnthropicCountTokensBody } from './anthropic-count-tokens-schema.ts'
import { decodeAnthropicPrompt } from './anthropic-prompt.ts'
import { checkAnthropicUnsupported } from './anthropic-unsupported.ts'

const KNOWN = new Set(Object.keys(AnthropicCountTokensBody.properties))

export interface DecodedCountRequest {
  readonly prompt: Prompt
  readonly warnings: readonly string[]
}

/** How Anthropic asks how many tokens a prompt has. */
export const anthropicCountTokens = {
  /** @throws Fault `invalid_request` naming the field that cannot be honoured */
  decode: (body: AnthropicCountTokensBody): DecodedCountRequest => ({
    warnings: checkAnthropicUnsupported(body, KNOWN),
    prompt: decodeAnthropicPrompt(body),
  }),
  encode: (promptTokens: number) => ({ input_tokens: promptTokens }),
} as const

import type { Prompt } from '@shared/inference/generate-request.ts'
import { AnthropicCountTokensBody } from './anthropic-count-tokens-schema.ts'
import { decodeAnthropicOutput } from './anthropic-output.ts'
import { decodeAnthropicPrompt } from './anthropic-prompt.ts'
import { checkAnthropicUnsupported } from './anthropic-unsupported.ts'

const KNOWN = new Set(Object.keys(AnthropicCountTokensBody.properties))

export interface DecodedCountRequest {
  readonly prompt: Prompt
  readonly warnings: readonly string[]
}

const decode = (body: AnthropicCountTokensBody): DecodedCountRequest => {
  const unknown = checkAnthropicUnsupported(body, KNOWN)
  const { prompt, warnings } = decodeAnthropicPrompt(body)
  const noted = new Set([...unknown, ...warnings])
  // The form of the answer costs no tokens of the prompt, but a wrong one is refused as it will be with the message.
  decodeAnthropicOutput(body, noted)
  return { prompt, warnings: [...noted] }
}

/** How Anthropic asks how many tokens a prompt has. */
export const anthropicCountTokens = {
  /** @throws Fault `invalid_request` naming the field that cannot be honoured */
  decode,
  encode: (promptTokens: number) => ({ input_tokens: promptTokens }),
} as const

import type { LlamaServerClient } from './llama-server-client.ts'
import type { ServerPrompt } from './render-chat-prompt.ts'
import { tokenList } from './wire-reply.ts'

/** How many tokens `/completion` makes of a prompt: text with its markers read, after the token that begins a sequence. */
export const countPromptTokens = async (
  client: LlamaServerClient,
  prompt: ServerPrompt,
  signal: AbortSignal,
): Promise<number> => {
  if (typeof prompt !== 'string' && prompt.every((piece) => typeof piece === 'number')) return prompt.length
  const body = { content: prompt, parse_special: true, add_special: true }
  return tokenList(await client.call('/tokenize', body, signal), 'tokens').length
}

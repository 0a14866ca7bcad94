import { Fault } from '@shared/fault/fault.ts'
import type { Message, Prompt } from '@shared/inference/generate-request.ts'
import { messageText } from '@shared/inference/message-text.ts'
import { checkTokens } from './embed-inputs.ts'
import type { InfillPrompt } from './infill-prompt.ts'
import type { LlamaServerClient } from './llama-server-client.ts'
import { renderChatPrompt } from './render-chat-prompt.ts'
import type { ServerPrompt } from './render-chat-prompt.ts'
import { checkLength, tokenizeText } from './tokenize-text.ts'

/** What prompts of a model are made with. */
export interface PromptMaker {
  readonly client: LlamaServerClient
  readonly contextTokens: number
  readonly vocabularySize: number
  readonly infill: InfillPrompt
}

/** Any prompt as `/completion` takes it. @throws Fault `context_length_exceeded`, `invalid_request` */
export const serverPrompt = async (
  maker: PromptMaker,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<ServerPrompt> => {
  const made = await makePrompt(maker, prompt, signal)
  if (made.length === 0) throw new Fault('invalid_request', 'The prompt is empty.')
  return made
}

const makePrompt = async (
  { client, contextTokens, infill, vocabularySize }: PromptMaker,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<ServerPrompt> => {
  switch (prompt.type) {
    case 'chat':
      checkLength(charactersOf(prompt.messages), contextTokens)
      return renderChatPrompt(client, prompt, signal)
    case 'text':
      checkLength(prompt.text.length, contextTokens)
      return tokenizeText(client, prompt.text, { readMarkers: false, addSpecial: true }, signal)
    case 'tokens':
      return checkTokens(prompt.tokens, vocabularySize)
    case 'infill':
      checkLength(prompt.prefix.length + prompt.suffix.length, contextTokens)
      return infill(prompt, signal)
  }
}

const charactersOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, message) => sum + messageText(message).length, 0)

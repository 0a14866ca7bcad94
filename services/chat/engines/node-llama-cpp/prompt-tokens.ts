import { Fault } from '@shared/fault/fault.ts'
import type { Prompt } from '@shared/inference/generate-request.ts'
import { messageText } from '@shared/inference/message-text.ts'
import type { LlamaModel, Token } from 'node-llama-cpp'
import type { ChatPrompter } from './chat-prompt.ts'
import type { ModelTokenizer } from './model-tokenizer.ts'
import { contextFault } from '../../policy/context-fault.ts'

export interface PromptParts {
  readonly model: LlamaModel
  readonly tokenizer: ModelTokenizer
  readonly chatPrompt: ChatPrompter
  readonly contextTokens: number
}

/** @throws Fault `context_length_exceeded`, `invalid_request` */
export const promptTokens = (parts: PromptParts, prompt: Prompt): Token[] => {
  const tokens = renderedTokens(parts, prompt)
  if (tokens.length >= parts.contextTokens) throw contextFault(tokens.length, parts.contextTokens)
  return tokens
}

/** Also of a prompt that does not quite fit. @throws Fault as `promptTokens` */
export const countPromptTokens = (parts: PromptParts, prompt: Prompt): number =>
  renderedTokens(parts, prompt).length

const renderedTokens = (parts: PromptParts, prompt: Prompt): Token[] => {
  checkSize(parts, prompt)
  const tokens = tokensOf(parts, prompt)
  if (tokens.length === 0) throw new Fault('invalid_request', 'The prompt is empty.')
  return tokens
}

const tokensOf = ({ chatPrompt, model, tokenizer }: PromptParts, prompt: Prompt): Token[] => {
  switch (prompt.type) {
    case 'chat':
      return withBeginning(model, chatPrompt.tokenize(prompt))
    case 'text':
      return withBeginning(model, tokenizer.tokenize(prompt.text))
    case 'tokens':
      return tokenizer.check(prompt.tokens, 'prompt')
    case 'infill':
      return withBeginning(model, infillTokens(model, tokenizer, prompt))
  }
}

/** Before, behind, between: the order of llama.cpp's own server. @throws Fault `invalid_request` */
const infillTokens = (
  model: LlamaModel,
  tokenizer: ModelTokenizer,
  prompt: Extract<Prompt, { readonly type: 'infill' }>,
): Token[] => {
  const { middle, prefix, suffix } = model.tokens.infill
  if (prefix === null || suffix === null || middle === null) {
    throw new Fault(
      'invalid_request',
      'This model was not trained to fill in: leave out suffix, or ask a model that was.',
      { param: 'suffix' },
    )
  }
  const [before, behind] = [prompt.prefix, prompt.suffix].map((text) => tokenizer.tokenize(text))
  return [prefix, ...(before ?? []), suffix, ...(behind ?? []), middle]
}

/** Many templates write the token that begins a sequence themselves: one is enough. */
const withBeginning = ({ tokens: { bos, shouldPrependBosToken } }: LlamaModel, tokens: Token[]): Token[] =>
  bos === null || !shouldPrependBosToken || tokens[0] === bos ? tokens : [bos, ...tokens]

/** What cannot fit by its mere length is not cut into tokens first: that would hold up all other answers. */
const checkSize = ({ contextTokens, tokenizer }: PromptParts, prompt: Prompt): void => {
  const turns = prompt.type === 'chat' ? prompt.messages.length : 0
  const least = Math.max(tokenizer.leastTokens(lengthOf(prompt)), turns)
  if (least >= contextTokens) throw contextFault(`at least ${least}`, contextTokens)
}

/** Characters that will be in the prompt in any case. */
const lengthOf = (prompt: Prompt): number => {
  switch (prompt.type) {
    case 'chat':
      return prompt.messages.reduce((sum, message) => sum + messageText(message).length, 0)
    case 'text':
      return prompt.text.length
    case 'infill':
      return prompt.prefix.length + prompt.suffix.length
    case 'tokens':
      return 0
  }
}

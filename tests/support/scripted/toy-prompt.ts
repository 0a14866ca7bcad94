import { checkLength } from '@service/chat/engines/llama-server/tokenize-text.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ChatPrompt, MessagePart, Prompt } from '@shared/inference/generate-request.ts'
import type { ToyVocabulary } from './toy-vocabulary.ts'

/** A prompt as token ids, a chat in ChatML. @throws Fault `context_length_exceeded` by its mere length, `invalid_request` */
export const toyPrompt = (
  vocabulary: ToyVocabulary,
  prompt: Prompt,
  contextTokens: number,
): readonly number[] => {
  const tokens = tokensOf(vocabulary, prompt, contextTokens)
  if (tokens.length === 0) throw new Fault('invalid_request', 'The prompt is empty.')
  return tokens
}

const tokensOf = (vocabulary: ToyVocabulary, prompt: Prompt, contextTokens: number): readonly number[] => {
  switch (prompt.type) {
    case 'tokens':
      return vocabulary.check(prompt.tokens)
    case 'text':
      checkLength(prompt.text.length, contextTokens)
      return vocabulary.tokenize(prompt.text)
    case 'chat':
      return chatTokens(vocabulary, turnsOf(prompt), contextTokens)
    case 'infill':
      throw new Fault('invalid_request', 'This model was not trained to fill in a text between two others.')
  }
}

/** What is written in each turn: who speaks, and a line below what they say. */
const turnsOf = ({ messages, tools = [] }: ChatPrompt): readonly string[] => [
  ...(tools.length === 0 ? [] : [`system\nTools:\n${tools.map((tool) => JSON.stringify(tool)).join('\n')}`]),
  ...messages.map(({ role, parts }) => `${role}\n${parts.map(partText).join('')}`),
]

const partText = (part: MessagePart): string => {
  if (part.type === 'text') return part.text
  return part.type === 'tool-call' ? `<tool_call>${part.name} ${part.arguments}</tool_call>` : ''
}

const chatTokens = (
  { tokenize, turnEnd, turnStart }: ToyVocabulary,
  turns: readonly string[],
  contextTokens: number,
): readonly number[] => {
  checkLength(
    turns.reduce((sum, turn) => sum + turn.length, 0),
    contextTokens,
  )
  const told = turns.flatMap((turn) => [turnStart, ...tokenize(turn), turnEnd, ...tokenize('\n')])
  return [...told, turnStart, ...tokenize('assistant\n')]
}

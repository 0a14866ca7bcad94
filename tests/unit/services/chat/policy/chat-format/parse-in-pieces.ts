import type { ToolDefinition } from '@shared/inference/generate-request.ts'
import { createAnswerParser } from '@service/chat/policy/chat-format/answer-parser.ts'
import type { ChatEvent } from '@service/chat/policy/chat-format/chat-event-writer.ts'
import type { CallFormat, ReasoningStart } from '@service/chat/policy/chat-format/chat-format.ts'
import { CLOCK, WEATHER } from './chat-format-examples.ts'

export interface ParseOptions {
  readonly calls: CallFormat
  readonly start?: ReasoningStart
  readonly tools?: readonly ToolDefinition[]
}

/** An answer that came in these pieces, a token each. */
export const parsePieces = (
  pieces: readonly string[],
  { calls, start = 'none', tools = [WEATHER, CLOCK] }: ParseOptions,
): readonly ChatEvent[] => {
  let ids = 0
  const parser = createAnswerParser({
    format: { calls, areToolsNative: true, reasoning: { open: '<think>', close: '</think>' } },
    reasoningStart: start,
    tools,
    makeCallId: () => `id-${ids++}`,
  })
  return [...pieces.flatMap((text) => parser.push({ text, tokens: 1 })), ...parser.finish()]
}

/** What was told, in one line for each channel and call. */
export const told = (events: readonly ChatEvent[]): readonly string[] => {
  const lines: string[] = []
  let channel = ''
  for (const event of events) {
    if (event.type === 'tool-call-start') lines.push(`call ${event.index} ${event.name} ${event.id} `)
    else if (event.type === 'tool-call-end') lines[lines.length - 1] += ' end'
    else if (event.type === 'tool-call-delta' || event.type === channel) lines[lines.length - 1] += event.text
    else lines.push(`${event.type === 'text-delta' ? 'text' : 'reasoning'} ${event.text}`)
    channel = event.type
  }
  return lines
}

/** The text in pieces of one length, for every length. */
export const everyCut = (text: string): readonly (readonly string[])[] =>
  Array.from({ length: text.length }, (_, index) => text.match(new RegExp(`[^]{1,${index + 1}}`, 'g')) ?? [])

export const tokensOf = (events: readonly ChatEvent[]): number =>
  events.reduce((sum, event) => sum + (event.type === 'tool-call-end' ? 0 : event.tokens), 0)

import type { ChoiceEvent } from '@shared/dialects/text-dialect.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'

/** Pieces of everyday size, with what JSON has to escape now and then. */
const PIECES = [
  ' the',
  ' answer',
  '.',
  '\n',
  ' "quoted"',
  ' Grüße',
  ' 42',
  ' and',
  ',',
  ' 😀',
  ' token',
  'ing',
]

/** The events of an answer of so many tokens, one event for each, as an engine streams them. */
export const scriptedEvents = (tokens: number): readonly GenerationEvent[] => [
  { type: 'generation-start', promptTokens: 512, cachedTokens: 500 },
  ...Array.from({ length: tokens }, (_, index) => {
    const text = PIECES[index % PIECES.length] ?? ''
    return { type: 'text-delta', text, tokens: 1 } as const
  }),
  {
    type: 'generation-finish',
    reason: 'stop',
    rawReason: 'eos',
    usage: { promptTokens: 512, cachedTokens: 500, completionTokens: tokens },
    timings: { prefillMs: 100, decodeMs: tokens * 10, loadMs: 0, totalMs: 100 + tokens * 10 },
  },
]

/** The events as they come to a dialect. */
export async function* choiceEvents(events: readonly GenerationEvent[]): AsyncGenerator<ChoiceEvent> {
  for (const event of events) yield { choice: 0, event }
}

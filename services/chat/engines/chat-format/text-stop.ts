import type { TokenLogprob } from '@shared/inference/generation-event.ts'
import type { ChatEvent } from '../../policy/chat-format/chat-event-writer.ts'
import { createStopStrings } from '../../policy/stop-sequences.ts'

type TextDelta = Extract<ChatEvent, { readonly type: 'text-delta' }>

/** Ends the text of an answer at a stop string, and looks at nothing else of it. */
export interface TextStop {
  /** The events before the stop string. Text that may become one is held back, its tokens with it. */
  cut(events: readonly ChatEvent[]): readonly ChatEvent[]
  /** What was held back, when no more comes. */
  rest(): readonly ChatEvent[]
  /** The stop string that ended the text. */
  readonly stopText: string | undefined
}

export const createTextStop = (stops: readonly string[]): TextStop => {
  if (stops.length === 0) return { cut: (events) => events, rest: () => [], stopText: undefined }
  let strings = createStopStrings(stops)
  let stopText: string | undefined
  let tokens = 0
  let logprobs: TokenLogprob[] = []

  const told = (text: string): readonly TextDelta[] => {
    if (text === '' && tokens === 0) return []
    const event: TextDelta = {
      type: 'text-delta',
      text,
      tokens,
      ...(logprobs.length === 0 ? {} : { logprobs }),
    }
    tokens = 0
    logprobs = []
    return [event]
  }

  const cutText = (event: TextDelta): readonly TextDelta[] => {
    tokens += event.tokens
    logprobs.push(...(event.logprobs ?? []))
    const found = strings.push(event.text)
    stopText = found.stopText
    if (stopText !== undefined) logprobs = within(logprobs, found.text.length)
    return found.text === '' && stopText === undefined ? [] : told(found.text)
  }

  /** A stop string does not reach over a call. */
  const between = (): readonly TextDelta[] => {
    const rest = strings.rest()
    strings = createStopStrings(stops)
    return told(rest)
  }

  return {
    cut(events) {
      const cut: ChatEvent[] = []
      for (const event of events) {
        if (event.type === 'text-delta') cut.push(...cutText(event))
        else cut.push(...between(), event)
        if (stopText !== undefined) break
      }
      return cut
    },
    rest: between,
    get stopText() {
      return stopText
    },
  }
}

/** The tokens that begin within so much text: what a stop string cuts off is not told. */
const within = (logprobs: readonly TokenLogprob[], length: number): TokenLogprob[] => {
  let start = 0
  return logprobs.filter(({ text }) => {
    const isWithin = start < length
    start += text.length
    return isWithin
  })
}

import type { GenerationEvent, TokenLogprob } from '@shared/inference/generation-event.ts'

/** What a parser makes of an answer. */
export type ChatEvent = Extract<
  GenerationEvent,
  {
    readonly type: 'reasoning-delta' | 'text-delta' | 'tool-call-start' | 'tool-call-delta' | 'tool-call-end'
  }
>

/** A piece of an answer as the engine told it. */
export interface AnswerPiece {
  readonly text: string
  readonly tokens: number
  readonly logprobs?: readonly TokenLogprob[]
}

/** Where a parser tells what it read. Whitespace between reasoning, text and calls is left out. */
export interface ChatSink {
  reasoning(text: string): void
  text(text: string): void
  /** @param id the model's own, where its form has one */
  startCall(name: string, id?: string): void
  callText(text: string): void
  /** The arguments are whole but for this last character. */
  endCall(): void
}

/**
 * Puts what was read into events. Every token is counted with the first event after it came, so that markers count
 * too. The last `}` of a call waits until something follows the call, or the answer ends: so the tokens of the marker
 * that closes it belong to the call.
 */
export class ChatEventWriter implements ChatSink {
  readonly #makeId: () => string
  #events: ChatEvent[] = []
  #channel: 'reasoning' | 'text' | 'call' | undefined
  #space = ''
  #isAtStart = false
  #tokens = 0
  #logprobs: TokenLogprob[] | undefined
  #isCallEnding = false
  #calls = 0
  #wholeCalls = 0
  #reasoningTokens = 0

  constructor(makeId: () => string) {
    this.#makeId = makeId
  }

  /** Calls that were told to their end, or will be. */
  get wholeCalls(): number {
    return this.#wholeCalls
  }

  get reasoningTokens(): number {
    return this.#reasoningTokens
  }

  /** Tokens that the next event brings. */
  carry({ tokens, logprobs }: AnswerPiece): void {
    this.#tokens += tokens
    if (logprobs !== undefined) (this.#logprobs ??= []).push(...logprobs)
  }

  reasoning(text: string): void {
    this.#write('reasoning', text)
  }

  text(text: string): void {
    this.#write('text', text)
  }

  startCall(name: string, id?: string): void {
    this.#flushCall()
    this.#enter('call')
    const index = this.#calls
    this.#calls += 1
    this.#push({ type: 'tool-call-start', index, id: id ?? this.#makeId(), name, tokens: this.#takeTokens() })
  }

  callText(text: string): void {
    if (text === '') return
    this.#push({ type: 'tool-call-delta', index: this.#calls - 1, text, tokens: this.#takeTokens() })
  }

  endCall(): void {
    this.#isCallEnding = true
    this.#wholeCalls += 1
  }

  /** The events since the last time. */
  take(): readonly ChatEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  /** What waited, when no more comes. */
  finish(): readonly ChatEvent[] {
    this.#flushCall()
    const space = this.#space
    this.#space = ''
    if (space !== '' || this.#tokens > 0) this.#tell(space)
    return this.take()
  }

  #write(channel: 'reasoning' | 'text', written: string): void {
    if (written === '') return
    const text = this.#channel === channel ? written : this.#startOf(channel, written)
    if (text === undefined) return
    const shown = this.#isAtStart ? text.trimStart() : text
    const end = shown.trimEnd().length
    if (end === 0) {
      this.#space += shown
      return
    }
    this.#isAtStart = false
    this.#flushCall()
    const before = this.#space
    this.#space = shown.slice(end)
    this.#tell(before + shown.slice(0, end))
  }

  /** Whitespace does not begin a channel, except the answer's first. */
  #startOf(channel: 'reasoning' | 'text', text: string): string | undefined {
    const isFirst = this.#channel === undefined && channel === 'text'
    if (!isFirst && text.trim() === '') return undefined
    this.#flushCall()
    this.#enter(channel)
    this.#isAtStart = !isFirst
    return text
  }

  #enter(channel: 'reasoning' | 'text' | 'call'): void {
    this.#channel = channel
    this.#space = ''
  }

  #tell(text: string): void {
    if (this.#channel === 'reasoning') {
      const tokens = this.#takeTokens()
      this.#reasoningTokens += tokens
      this.#push({ type: 'reasoning-delta', text, tokens })
    } else if (this.#channel === 'call') {
      this.#push({ type: 'tool-call-delta', index: this.#calls - 1, text, tokens: this.#takeTokens() })
    } else {
      const logprobs = this.#logprobs
      const tokens = this.#takeTokens()
      this.#push({ type: 'text-delta', text, tokens, ...(logprobs === undefined ? {} : { logprobs }) })
    }
  }

  #flushCall(): void {
    if (!this.#isCallEnding) return
    this.#isCallEnding = false
    this.callText('}')
    this.#push({ type: 'tool-call-end', index: this.#calls - 1 })
  }

  #takeTokens(): number {
    const tokens = this.#tokens
    this.#tokens = 0
    this.#logprobs = undefined
    return tokens
  }

  #push(event: ChatEvent): void {
    const last = this.#events.at(-1)
    const joined = last === undefined ? undefined : joinedEvents(last, event)
    if (joined === undefined) this.#events.push(event)
    else this.#events[this.#events.length - 1] = joined
  }
}

/** Two events as one, where they tell the same kind of thing. */
const joinedEvents = (first: ChatEvent, second: ChatEvent): ChatEvent | undefined => {
  if (first.type === 'reasoning-delta' && second.type === 'reasoning-delta') return joinedTexts(first, second)
  if (first.type === 'tool-call-delta' && second.type === 'tool-call-delta') return joinedTexts(first, second)
  if (first.type === 'text-delta' && second.type === 'text-delta') return joinedAnswers(first, second)
  return undefined
}

type TextDelta = Extract<ChatEvent, { readonly type: 'text-delta' }>

const joinedAnswers = (first: TextDelta, second: TextDelta): TextDelta => {
  const logprobs = [...(first.logprobs ?? []), ...(second.logprobs ?? [])]
  return { ...joinedTexts(first, second), ...(logprobs.length > 0 ? { logprobs } : {}) }
}

const joinedTexts = <Event extends { readonly text: string; readonly tokens: number }>(
  first: Event,
  second: Event,
): Event => ({ ...second, text: first.text + second.text, tokens: first.tokens + second.tokens })

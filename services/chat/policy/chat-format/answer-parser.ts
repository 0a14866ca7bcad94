import type { ToolDefinition } from '@shared/inference/generate-request.ts'
import { ChatEventWriter } from './chat-event-writer.ts'
import type { AnswerPiece, ChatEvent, ChatSink } from './chat-event-writer.ts'
import type { ChatFormat, MarkedCallFormat, ReasoningStart } from './chat-format.ts'
import { callsOpening, isBareForm, readCalls } from './read-calls.ts'
import { readHarmony } from './read-harmony.ts'
import { readOneOf, readUntil } from './read-markers.ts'
import { TextFeed } from './text-feed.ts'
import type { Parsing } from './text-feed.ts'

export interface AnswerParserOptions {
  readonly format: ChatFormat
  readonly reasoningStart: ReasoningStart
  /** Empty: calls are not looked for. */
  readonly tools: readonly ToolDefinition[]
  /** The id of a call whose form has none. */
  makeCallId(): string
}

/** Makes events of a model's raw text, cut anywhere. The work for a character does not grow with the answer. */
export interface AnswerParser {
  push(piece: AnswerPiece): readonly ChatEvent[]
  /** What was held back, when no more comes. */
  finish(): readonly ChatEvent[]
  readonly wholeCalls: number
  readonly reasoningTokens: number
}

export const createAnswerParser = (options: AnswerParserOptions): AnswerParser => {
  const writer = new ChatEventWriter(() => options.makeCallId())
  const feed = new TextFeed()
  const parsing =
    options.format.calls.type === 'harmony'
      ? readHarmony(feed, writer)
      : readMarked(feed, { ...options, calls: options.format.calls, sink: writer })
  return {
    push(piece) {
      writer.carry(piece)
      feed.push(piece.text)
      parsing.next()
      return writer.take()
    },
    finish() {
      // Ends every part of the parser where it waits; what it held back it tells then.
      parsing.return()
      return writer.finish()
    },
    get wholeCalls() {
      return writer.wholeCalls
    },
    get reasoningTokens() {
      return writer.reasoningTokens
    },
  }
}

interface MarkedReading extends AnswerParserOptions {
  readonly calls: MarkedCallFormat
  readonly sink: ChatSink
}

/** Reasoning, then text and calls. */
function* readMarked(feed: TextFeed, reading: MarkedReading): Parsing {
  const { calls, sink, tools } = reading
  yield* readReasoning(feed, reading)
  if (tools.length > 0 && isBareForm(calls)) yield* readBareCall(feed, reading)
  const trigger = tools.length > 0 && !isBareForm(calls) ? callsOpening(calls)[0] : undefined
  const markers = [trigger, calls.text?.open, calls.text?.close].filter((marker) => marker !== undefined)
  while (true) {
    const marker = yield* readUntil(feed, markers, (text) => sink.text(text))
    if (marker === trigger) yield* readCalls(feed, { format: calls, tools, sink })
  }
}

function* readReasoning(feed: TextFeed, { format, reasoningStart, sink }: MarkedReading): Parsing {
  if (format.reasoning === undefined || reasoningStart === 'none') return
  const { open, close } = format.reasoning
  if (reasoningStart === 'maybe' && !(yield* readIfNext(feed, [[open]], sink))) return
  yield* readUntil(feed, [close], (text) => sink.reasoning(text))
}

function* readBareCall(feed: TextFeed, { calls, tools, sink }: MarkedReading): Parsing {
  const opening = callsOpening(calls)
  const marked = calls.text === undefined ? [] : [[calls.text.open, ...opening]]
  if (!(yield* readIfNext(feed, [opening, ...marked], sink))) return
  try {
    yield* readCalls(feed, { format: calls, tools, sink })
  } finally {
    // The answer ended before it was known to be a call.
    if (feed.isRecording) sink.text(opening.join('') + feed.stopRecording())
  }
}

/** Reads one of these sequences if it comes next, else nothing. */
function* readIfNext(
  feed: TextFeed,
  sequences: readonly (readonly string[])[],
  sink: ChatSink,
): Parsing<boolean> {
  let isDecided = false
  feed.record()
  try {
    const next = yield* readOneOf(feed, sequences)
    isDecided = true
    if (next === undefined) feed.unread()
    else feed.stopRecording()
    return next !== undefined
  } finally {
    // The answer ended with the beginning of a marker.
    if (!isDecided) sink.text(feed.stopRecording())
  }
}

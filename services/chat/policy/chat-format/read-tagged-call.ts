import type { JsonSchema } from '@shared/inference/generate-request.ts'
import { isTextArgument, propertiesOf } from './argument-kind.ts'
import type { ChatSink } from './chat-event-writer.ts'
import type { TaggedBody } from './chat-format.ts'
import { readMarkers, readName, readOneOf, readUntil } from './read-markers.ts'
import type { Parsing, TextFeed } from './text-feed.ts'

export interface TaggedCall {
  readonly body: TaggedBody
  /** Markers that close the call. */
  readonly close: readonly string[]
  readonly sink: ChatSink
  /** Of a tool's arguments; undefined for an unknown tool. */
  schemaOf(tool: string): JsonSchema | undefined
}

/** Reads a name and its arguments up to the end of the call, and that. @returns whether it was a whole call */
export function* readTaggedCall(feed: TextFeed, call: TaggedCall): Parsing<boolean> {
  const { body, close, sink } = call
  const isNameMarked = body.nameClose !== ''
  const closes = [body.keyOpen, ...close.slice(0, 1)]
  const found = yield* readName(feed, isNameMarked ? [body.nameClose] : closes)
  if (found === undefined || found.name === '') return false
  sink.startCall(found.name)
  sink.callText('{')
  const schema = call.schemaOf(found.name) ?? {}
  if (isNameMarked) return yield* readArguments(feed, call, { schema, isFirst: true })
  if (found.marker !== body.keyOpen) return endOfCall(sink, yield* readMarkers(feed, close.slice(1)))
  if (!(yield* readArgument(feed, call, { schema, isFirst: true }))) return false
  return yield* readArguments(feed, call, { schema, isFirst: false })
}

interface Place {
  readonly schema: JsonSchema
  readonly isFirst: boolean
}

function* readArguments(feed: TextFeed, call: TaggedCall, { schema, isFirst }: Place): Parsing<boolean> {
  let isFirstNow = isFirst
  while (true) {
    const next = yield* readOneOf(feed, [[call.body.keyOpen], call.close])
    if (next !== 0) return endOfCall(call.sink, next === 1)
    if (!(yield* readArgument(feed, call, { schema, isFirst: isFirstNow }))) return false
    isFirstNow = false
  }
}

const endOfCall = (sink: ChatSink, isWhole: boolean): boolean => {
  if (isWhole) sink.endCall()
  return isWhole
}

function* readArgument(
  feed: TextFeed,
  { body, sink }: TaggedCall,
  { schema, isFirst }: Place,
): Parsing<boolean> {
  const key = yield* readName(feed, body.keyClose.slice(0, 1))
  if (key === undefined || !(yield* readMarkers(feed, body.keyClose.slice(1)))) return false
  sink.callText(`${isFirst ? '' : ', '}${JSON.stringify(key.name)}: `)
  const property = propertiesOf(schema).get(key.name) ?? {}
  if (isTextArgument(property, schema)) yield* readText(feed, body, sink)
  else yield* readValue(feed, body, sink)
  return true
}

/** A string, told while it comes. One line break after the tag, and one before the next, belong to the tags. */
function* readText(feed: TextFeed, body: TaggedBody, sink: ChatSink): Parsing {
  sink.callText('"')
  let isFirst = true
  let kept = ''
  yield* readUntil(feed, [body.valueClose], (piece) => {
    if (piece === '') return
    const text = kept + (isFirst && piece.startsWith('\n') ? piece.slice(1) : piece)
    isFirst = false
    kept = text.endsWith('\n') ? '\n' : ''
    sink.callText(escaped(text.slice(0, text.length - kept.length)))
  })
  sink.callText('"')
}

/** Character by character, so that it does not matter where the text is cut. */
const escaped = (text: string): string =>
  text.replaceAll(/["\\\p{Cc}]/gu, (character) => JSON.stringify(character).slice(1, -1))

/** Anything else: JSON, told when it is whole, because what turns out to be none is a string. */
function* readValue(feed: TextFeed, body: TaggedBody, sink: ChatSink): Parsing {
  const pieces: string[] = []
  yield* readUntil(feed, [body.valueClose], (piece) => pieces.push(piece))
  const text = pieces.join('').trim()
  sink.callText(isJson(text) ? text : JSON.stringify(text))
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

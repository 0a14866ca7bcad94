import type { ChatSink } from './chat-event-writer.ts'
import type { EnvelopeBody } from './chat-format.ts'
import { readJsonObject, readJsonString, skipJsonValue } from './read-json.ts'
import { readMarkers, readOneOf } from './read-markers.ts'
import type { Parsing, TextFeed } from './text-feed.ts'

/** What is known of a call while its envelope is read. */
interface OpenCall {
  name: string | undefined
  /** Arguments that came before the name. */
  early: string
  isWhole: boolean
}

/**
 * Reads `"name": …, "arguments": …}` in any order; the `{` was read.
 * @returns whether it was a call
 */
export function* readEnvelope(feed: TextFeed, body: EnvelopeBody, sink: ChatSink): Parsing<boolean> {
  const call: OpenCall = { name: undefined, early: '', isWhole: false }
  while (true) {
    const key = yield* readJsonString(feed)
    if (key === undefined || !(yield* readMarkers(feed, [':']))) return false
    if (!(yield* readEntry(feed, { key, body, call, sink }))) return false
    const next = yield* readOneOf(feed, [[','], ['}']])
    if (next === undefined) return false
    if (next === 1) return endOfEnvelope(call, sink)
  }
}

interface Entry {
  readonly key: string
  readonly body: EnvelopeBody
  readonly call: OpenCall
  readonly sink: ChatSink
}

function* readEntry(feed: TextFeed, { key, body, call, sink }: Entry): Parsing<boolean> {
  if (key === body.nameKey) return nameCall(call, yield* readJsonString(feed), sink)
  if (key === body.argumentsKey) return yield* readArguments(feed, call, sink)
  if (key !== body.numberKey && !body.otherKeys.includes(key)) return false
  yield* skipJsonValue(feed)
  return true
}

const nameCall = (call: OpenCall, name: string | undefined, sink: ChatSink): boolean => {
  if (name === undefined || call.name !== undefined) return false
  call.name = name
  sink.startCall(name)
  sink.callText(call.early)
  if (call.isWhole) sink.endCall()
  return true
}

function* readArguments(feed: TextFeed, call: OpenCall, sink: ChatSink): Parsing<boolean> {
  if (call.isWhole) return false
  const tell = (text: string): void => {
    if (call.name === undefined) call.early += text
    else sink.callText(text)
  }
  if (!(yield* readJsonObject(feed, tell))) return false
  call.isWhole = true
  if (call.name !== undefined) sink.endCall()
  return true
}

/** A call without arguments is one with none. */
const endOfEnvelope = (call: OpenCall, sink: ChatSink): boolean => {
  if (call.name === undefined) return false
  if (!call.isWhole) {
    sink.callText('{')
    sink.endCall()
  }
  return true
}

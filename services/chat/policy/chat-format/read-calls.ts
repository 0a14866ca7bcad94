import type { ToolDefinition } from '@shared/inference/generate-request.ts'
import type { ChatSink } from './chat-event-writer.ts'
import type { MarkedCallFormat, NamedBody } from './chat-format.ts'
import { readEnvelope } from './read-envelope.ts'
import { readJsonObject } from './read-json.ts'
import { readMarkers, readName, readOneOf } from './read-markers.ts'
import { readTaggedCall } from './read-tagged-call.ts'
import type { Parsing, TextFeed } from './text-feed.ts'

/** The markers in front of a call's body. */
export const callOpening = ({ open, body }: MarkedCallFormat): readonly string[] =>
  body.type === 'envelope' ? [...open, '{'] : open

/** The markers in front of the first call; the first of these tells that calls begin. */
export const callsOpening = (format: MarkedCallFormat): readonly string[] => [
  ...(format.section?.open ?? []),
  ...callOpening(format),
]

/** A call without any marker can only be the whole answer: elsewhere it would be any JSON. */
export const isBareForm = ({ section, open }: MarkedCallFormat): boolean =>
  section === undefined && open.length === 0

export interface CallsReading {
  readonly format: MarkedCallFormat
  readonly tools: readonly ToolDefinition[]
  readonly sink: ChatSink
}

/**
 * Reads calls up to the end of their section, the first opening marker having been read. What turns out to be no call
 * becomes text, or is left to be read as such.
 */
export function* readCalls(feed: TextFeed, reading: CallsReading): Parsing {
  const { format, sink } = reading
  const [trigger = ''] = callsOpening(format)
  let before = trigger
  let isNext = true
  feed.record()
  let isOpen = yield* readMarkers(feed, callsOpening(format).slice(1))
  while (isNext) {
    const outcome = isOpen ? yield* readCall(feed, reading) : 'no call'
    if (outcome === 'no call') return sink.text(before + feed.stopRecording())
    if (outcome === 'broken') return
    feed.record()
    before = ''
    isOpen = true
    const next = yield* readWhatFollows(feed, format)
    if (next === undefined) return feed.unread()
    isNext = next
  }
  feed.stopRecording()
}

/** @returns whether another call follows; undefined when something else does */
function* readWhatFollows(feed: TextFeed, format: MarkedCallFormat): Parsing<boolean | undefined> {
  const { section, separator, close, body } = format
  // The tags of arguments end with those of the call.
  if (body.type !== 'tagged' && !(yield* readMarkers(feed, close))) return undefined
  if (section === undefined) return false
  const opening = [...(separator === '' ? [] : [separator]), ...callOpening(format)]
  const next = yield* readOneOf(feed, [opening, section.close])
  return next === undefined ? undefined : next === 0
}

/** `no call`: nothing was told of it. `broken`: it began, and then did not go on as one. */
type Outcome = 'whole' | 'broken' | 'no call'

function* readCall(feed: TextFeed, { format, tools, sink }: CallsReading): Parsing<Outcome> {
  let isStarted = false
  const watched: ChatSink = {
    reasoning: (text) => sink.reasoning(text),
    text: (text) => sink.text(text),
    startCall(name, id) {
      isStarted = true
      feed.stopRecording()
      sink.startCall(name, id)
    },
    callText: (text) => sink.callText(text),
    endCall: () => sink.endCall(),
  }
  const isWhole = yield* readBody(feed, { format, tools, sink: watched })
  if (isWhole) return 'whole'
  return isStarted ? 'broken' : 'no call'
}

function* readBody(feed: TextFeed, { format, tools, sink }: CallsReading): Parsing<boolean> {
  const { body, close } = format
  if (body.type === 'envelope') return yield* readEnvelope(feed, body, sink)
  if (body.type === 'named') return yield* readNamed(feed, body, { format, tools, sink })
  const schemaOf = (name: string) => tools.find((tool) => tool.name === name)?.parameters
  return yield* readTaggedCall(feed, { body, close, sink, schemaOf })
}

function* readNamed(feed: TextFeed, body: NamedBody, { format, sink }: CallsReading): Parsing<boolean> {
  const found = yield* readNameAndId(feed, body)
  if (found === undefined || found.name === '') return false
  if (!(yield* readMarkers(feed, body.argumentsOpen.slice(1)))) return false
  const call = format.idForm === 'numbered' ? numberedCall(found.name) : found
  sink.startCall(call.name, call.id)
  if (!(yield* readJsonObject(feed, (text) => sink.callText(text)))) return false
  sink.endCall()
  return true
}

interface NameAndId {
  readonly name: string
  readonly id: string | undefined
}

/** Up to the first marker in front of the arguments, and that. */
function* readNameAndId(
  feed: TextFeed,
  { argumentsOpen, idOpen }: NamedBody,
): Parsing<NameAndId | undefined> {
  const first = argumentsOpen.slice(0, 1)
  const found = yield* readName(feed, idOpen === undefined ? first : [...first, idOpen])
  if (found === undefined) return undefined
  if (found.marker !== idOpen) return { name: found.name, id: undefined }
  const id = yield* readName(feed, first)
  return id === undefined ? undefined : { name: found.name, id: id.name }
}

/** `functions.name:0` is the name and the id of a call in one. */
const numberedCall = (text: string): NameAndId => {
  const [, name] = /^(?:functions\.)?(.+):\d+$/.exec(text) ?? []
  return name === undefined ? { name: text, id: undefined } : { name, id: text }
}

import type { ChatSink } from './chat-event-writer.ts'
import { readJsonObject } from './read-json.ts'
import { readUntil } from './read-markers.ts'
import type { Parsing, TextFeed } from './text-feed.ts'

const BODY = '<|message|>'
/** What ends the body of a message. A model may begin the next one without having ended the last. */
const ENDS = ['<|end|>', '<|return|>', '<|call|>', '<|start|>', '<|channel|>']
const RECIPIENT = /to=functions\.([^\s<]+)/
const LONGEST_HEADER = 1024

/**
 * Reads messages, each a header that names channel and recipient, then a body: the channel `analysis` is reasoning, a
 * body for a function is a call, everything else is text.
 */
export function* readHarmony(feed: TextFeed, sink: ChatSink): Parsing {
  let start = ''
  while (true) {
    const header = start + (yield* readHeader(feed, sink))
    const [, name] = RECIPIENT.exec(header) ?? []
    if (name !== undefined) yield* readCall(feed, name, sink)
    const isReasoning = header.includes('<|channel|>analysis')
    const tell = (text: string): void => (isReasoning ? sink.reasoning(text) : sink.text(text))
    start = yield* readUntil(feed, ENDS, name === undefined ? tell : () => {})
  }
}

/** An answer that ends without a body was no message, but mere text. */
function* readHeader(feed: TextFeed, sink: ChatSink): Parsing<string> {
  let header = ''
  let isWhole = false
  try {
    yield* readUntil(feed, [BODY], (text) => {
      // Only the beginning of a header says something.
      if (header.length < LONGEST_HEADER) header += text
    })
    isWhole = true
  } finally {
    if (!isWhole && !header.includes('<|')) sink.text(header)
  }
  return header
}

function* readCall(feed: TextFeed, name: string, sink: ChatSink): Parsing {
  sink.startCall(name)
  if (yield* readJsonObject(feed, (text) => sink.callText(text))) sink.endCall()
}

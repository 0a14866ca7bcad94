import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { CommandFailure } from '../terminal/command-failure.ts'
import { failureMessage } from './node-client.ts'

const ChatChunk = Type.Object({
  choices: Type.Array(
    Type.Object({
      delta: Type.Object({ content: Type.Optional(Type.Union([Type.String(), Type.Null()])) }),
    }),
  ),
})

/** The text of a streamed chat completion, as it comes. @throws CommandFailure when the stream ends in a failure */
export const streamAnswer = async function* (response: Response): AsyncGenerator<string> {
  if (response.body === null) return
  const events = response.body
    // Bun's and the DOM's stream types differ in details that do not matter here.
    .pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>)
    .pipeThrough(new EventSourceParserStream())
  for await (const { data } of events) {
    if (data === '[DONE]') return
    const failure = failureMessage(data)
    if (failure !== undefined) throw new CommandFailure(`The answer broke off: ${failure}`)
    yield textOf(data)
  }
  throw new CommandFailure('The answer broke off: the connection to the node was lost.')
}

const textOf = (data: string): string => {
  const chunk: unknown = JSON.parse(data)
  return Value.Check(ChatChunk, chunk) ? (chunk.choices[0]?.delta.content ?? '') : ''
}

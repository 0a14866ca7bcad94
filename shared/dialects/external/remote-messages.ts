import { Fault } from '@shared/fault/fault.ts'
import type { Message, MessagePart, ToolCallPart } from '@shared/inference/generate-request.ts'
import type { RemoteAbilities } from './remote-abilities.ts'

type WireMessage = Readonly<Record<string, unknown>>

/** A conversation on OpenAI's wire. @throws Fault `invalid_request` for an image that is no data of its own */
export const remoteMessages = (
  messages: readonly Message[],
  { reasoningField }: RemoteAbilities,
): readonly WireMessage[] => {
  /** Ids of calls that were not answered yet: some dialects have none, and answer in their order. */
  let open: readonly string[] = []
  return messages.map((message) => {
    const calls = message.parts.filter((part) => part.type === 'tool-call')
    if (calls.length > 0) open = calls.map(({ id }) => id)
    const answered = message.role === 'tool' ? (message.toolCallId ?? open[0]) : undefined
    if (answered !== undefined) open = open.filter((id) => id !== answered)
    return {
      role: message.role,
      content: contentOf(message),
      ...(message.name === undefined ? {} : { name: message.name.toWellFormed() }),
      ...(answered === undefined ? {} : { tool_call_id: answered.toWellFormed() }),
      ...(calls.length === 0 ? {} : { tool_calls: calls.map(wireCall) }),
      ...reasoningOf(message, reasoningField),
    }
  })
}

const reasoningOf = ({ parts }: Message, field: RemoteAbilities['reasoningField']): WireMessage => {
  const text = parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('')
  return field === null || text === '' ? {} : { [field]: text.toWellFormed() }
}

const wireCall = ({ arguments: given, id, name }: ToolCallPart): WireMessage => ({
  id: id.toWellFormed(),
  type: 'function',
  function: { name: name.toWellFormed(), arguments: given.toWellFormed() },
})

/** Text as a string, as every server takes it; a list of parts only where there are images. */
const contentOf = ({ parts }: Message): unknown => {
  if (parts.some((part) => part.type === 'image')) return parts.flatMap(wirePart)
  return parts
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('')
    .toWellFormed()
}

const wirePart = (part: MessagePart): readonly WireMessage[] => {
  if (part.type === 'text') return [{ type: 'text', text: part.text.toWellFormed() }]
  if (part.type !== 'image') return []
  if (part.source.type === 'base64') {
    const { data, mediaType } = part.source
    return [{ type: 'image_url', image_url: { url: `data:${mediaType};base64,${data}` } }]
  }
  throw new Fault(
    'invalid_request',
    `'${part.field}': another machine would have to fetch this image. Send it as data: data:image/…;base64,….`,
    { param: part.field },
  )
}

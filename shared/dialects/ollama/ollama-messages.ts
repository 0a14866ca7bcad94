import { Fault } from '@shared/fault/fault.ts'
import type { Message, MessagePart, Role } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { decodeOllamaImage, imagesFault, refuseOllamaImages } from './ollama-images.ts'

const ROLE: Readonly<Record<string, Role>> = { system: 'system', user: 'user', assistant: 'assistant' }

/** Ollama's `messages`. @throws Fault naming the message and the field that cannot be honoured */
export const decodeOllamaMessages = (messages: readonly unknown[]): readonly Message[] =>
  messages.map((message, index) => decodeMessage(message, `messages[${index}]`))

/** What was thought before an earlier answer is not given to the model again. */
export const ollamaMessageWarnings = (messages: readonly unknown[]): readonly string[] =>
  messages.some((message) => isRecord(message) && Boolean(message['thinking']))
    ? ["The field 'thinking' of messages has no effect."]
    : []

const decodeMessage = (message: unknown, param: string): Message => {
  if (!isRecord(message)) throw wrongType(param, 'an object', message)
  const role = decodeRole(message['role'], `${param}.role`)
  const calls = message['tool_calls']
  if (calls !== undefined && calls !== null && !(Array.isArray(calls) && calls.length === 0)) {
    throw new Fault('invalid_request', `'${param}.tool_calls' is not supported by this version of Skein.`, {
      param: `${param}.tool_calls`,
    })
  }
  const parts = decodeContent(message['content'], `${param}.content`)
  refuseOllamaImages(message['images'], `${param}.images`)
  return { role, parts }
}

const decodeRole = (role: unknown, param: string): Role => {
  if (typeof role !== 'string') throw wrongType(param, 'a string', role)
  const known = Object.hasOwn(ROLE, role) ? ROLE[role] : undefined
  if (known !== undefined) return known
  throw new Fault(
    'invalid_request',
    `Invalid value for '${param}': '${role.slice(0, 40)}'. This version of Skein takes 'system', 'user' and 'assistant'.`,
    { param },
  )
}

/** Ollama's is a string that may be left out; other local servers take a part or a list of parts too. */
const decodeContent = (content: unknown, param: string): readonly MessagePart[] => {
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (Array.isArray(content)) return content.map((part, index) => decodePart(part, `${param}[${index}]`))
  if (isRecord(content)) return [decodePart(content, param)]
  throw wrongType(param, 'a string or an array of content parts', content)
}

const decodePart = (part: unknown, param: string): MessagePart => {
  if (!isRecord(part)) throw wrongType(param, 'an object', part)
  const { type } = part
  if (type === 'text') {
    if (typeof part['text'] !== 'string') throw wrongType(`${param}.text`, 'a string', part['text'])
    return { type: 'text', text: part['text'] }
  }
  if (type === 'image_url') {
    const image = part['image_url']
    decodeOllamaImage(isRecord(image) ? image['url'] : image, `${param}.image_url`)
    throw imagesFault(`${param}.image_url`)
  }
  throw new Fault(
    'invalid_request',
    `'${param}' is of type '${String(type).slice(0, 40)}'; this version of Skein takes parts of type 'text' only.`,
    { param: `${param}.type` },
  )
}

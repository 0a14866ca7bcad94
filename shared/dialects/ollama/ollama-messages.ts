import { Fault } from '@shared/fault/fault.ts'
import type { ImagePart, Message, MessagePart, Role } from '@shared/inference/generate-request.ts'
import { imageFromUrl } from '../image-source.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { createOllamaCallBook } from './ollama-tool-calls.ts'
import type { OllamaCallBook } from './ollama-tool-calls.ts'

const ROLE: Readonly<Record<string, Role>> = {
  system: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
}

/** Ollama's `messages`. @throws Fault naming the message and the field that cannot be honoured */
export const decodeOllamaMessages = (messages: readonly unknown[]): readonly Message[] => {
  const callBook = createOllamaCallBook()
  return messages.map((message, index) => decodeMessage(message, `messages[${index}]`, callBook))
}

/** A list of images as base64, data URLs or web addresses. @throws Fault naming the image */
export const decodeOllamaImages = (images: unknown, param: string): readonly ImagePart[] => {
  if (images === undefined || images === null) return []
  if (!Array.isArray(images)) throw wrongType(param, 'an array of images', images)
  return images.map((image: unknown, index) => imageFromUrl(image, `${param}[${index}]`))
}

const decodeMessage = (message: unknown, param: string, callBook: OllamaCallBook): Message => {
  if (!isRecord(message)) throw wrongType(param, 'an object', message)
  const role = decodeRole(message['role'], `${param}.role`)
  const spoken = [
    ...decodeOllamaImages(message['images'], `${param}.images`),
    ...decodeContent(message['content'], `${param}.content`),
  ]
  if (role === 'assistant') return { role, parts: withThoughtAndCalls(message, spoken, param, callBook) }
  for (const field of ['tool_calls', 'thinking']) {
    if (isEmpty(message[field])) continue
    const fieldParam = `${param}.${field}`
    throw new Fault('invalid_request', `'${fieldParam}' belongs into messages of the assistant.`, {
      param: fieldParam,
    })
  }
  return role === 'tool' ? decodeResult(message, spoken, param, callBook) : { role, parts: spoken }
}

const withThoughtAndCalls = (
  message: Readonly<Record<string, unknown>>,
  spoken: readonly MessagePart[],
  param: string,
  callBook: OllamaCallBook,
): readonly MessagePart[] => {
  const thinking = optionalText(message['thinking'], `${param}.thinking`)
  const calls = callBook.decodeCalls(message['tool_calls'], `${param}.tool_calls`)
  return [
    ...(thinking === undefined ? [] : [{ type: 'reasoning' as const, text: thinking }]),
    ...spoken,
    ...calls,
  ]
}

/** `name` is the older word for `tool_name`. */
const decodeResult = (
  message: Readonly<Record<string, unknown>>,
  parts: readonly MessagePart[],
  param: string,
  callBook: OllamaCallBook,
): Message => {
  const wireName =
    optionalText(message['tool_name'], `${param}.tool_name`) ?? optionalText(message['name'], `${param}.name`)
  const wireId = optionalText(message['tool_call_id'], `${param}.tool_call_id`)
  const { id, name } = callBook.answered(wireId, wireName)
  return {
    role: 'tool',
    parts,
    ...(name === undefined ? {} : { name }),
    ...(id === undefined ? {} : { toolCallId: id }),
  }
}

/** Ollama takes roles in any case. */
const decodeRole = (role: unknown, param: string): Role => {
  if (typeof role !== 'string') throw wrongType(param, 'a string', role)
  const name = role.toLowerCase()
  const known = Object.hasOwn(ROLE, name) ? ROLE[name] : undefined
  if (known !== undefined) return known
  throw new Fault(
    'invalid_request',
    `Invalid value for '${param}': '${role.slice(0, 40)}'. It must be 'system', 'user', 'assistant' or 'tool'.`,
    { param },
  )
}

/** Ollama's is a string that may be left out; other local servers take a part or a list of parts too. */
const decodeContent = (content: unknown, param: string): readonly MessagePart[] => {
  if (isEmpty(content)) return []
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
    return imageFromUrl(isRecord(image) ? image['url'] : image, `${param}.image_url`)
  }
  if (typeof type !== 'string') throw wrongType(`${param}.type`, 'a string', type)
  throw new Fault(
    'invalid_request',
    `'${param}' is of type '${type.slice(0, 40)}'; parts are of type 'text' or 'image_url'.`,
    { param: `${param}.type` },
  )
}

const optionalText = (value: unknown, param: string): string | undefined => {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string') return value
  throw wrongType(param, 'a string', value)
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

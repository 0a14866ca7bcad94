import { Fault } from '@shared/fault/fault.ts'
import type { Message, MessagePart, Role } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'

const ROLE: Readonly<Record<string, Role>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
}

/** OpenAI's `messages`. @throws Fault naming the message and the part that cannot be honoured */
export const decodeOpenaiMessages = (messages: readonly unknown[]): readonly Message[] =>
  messages.map((message, index) => decodeMessage(message, `messages[${index}]`))

const decodeMessage = (message: unknown, param: string): Message => {
  if (!isRecord(message)) throw wrongType(param, 'an object', message)
  refuseToolTurn(message, param)
  const role = decodeRole(message['role'], `${param}.role`)
  const { name } = message
  if (name !== undefined && name !== null && typeof name !== 'string')
    throw wrongType(`${param}.name`, 'a string', name)
  return {
    role,
    parts: decodeContent(message['content'], `${param}.content`, role),
    ...(typeof name === 'string' ? { name } : {}),
  }
}

const decodeRole = (role: unknown, param: string): Role => {
  if (typeof role !== 'string') throw wrongType(param, 'a string', role)
  const known = Object.hasOwn(ROLE, role) ? ROLE[role] : undefined
  if (known !== undefined) return known
  throw new Fault(
    'invalid_request',
    `Invalid value for '${param}': '${role.slice(0, 40)}'. Supported values are: 'system', 'developer', 'user' and 'assistant'.`,
    { param },
  )
}

const refuseToolTurn = (message: Readonly<Record<string, unknown>>, param: string): void => {
  for (const field of ['tool_calls', 'function_call', 'tool_call_id']) {
    const value = message[field]
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) continue
    throw new Fault('invalid_request', `'${param}.${field}' is not supported by this version of Skein.`, {
      param: `${param}.${field}`,
    })
  }
}

const decodeContent = (content: unknown, param: string, role: Role): readonly MessagePart[] => {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (Array.isArray(content)) return content.map((part, index) => decodePart(part, `${param}[${index}]`))
  // An assistant's turn may be empty: clients send back what they got.
  if (role === 'assistant' && (content === null || content === undefined)) return []
  throw wrongType(param, 'a string or an array of content parts', content)
}

const decodePart = (part: unknown, param: string): MessagePart => {
  if (!isRecord(part)) throw wrongType(param, 'an object', part)
  const { type } = part
  if (type !== 'text') {
    throw new Fault(
      'invalid_request',
      `'${param}' is of type '${String(type).slice(0, 40)}'; this version of Skein takes parts of type 'text' only.`,
      { param: `${param}.type` },
    )
  }
  if (typeof part['text'] !== 'string') throw wrongType(`${param}.text`, 'a string', part['text'])
  return { type: 'text', text: part['text'] }
}

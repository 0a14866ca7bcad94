import { Fault } from '@shared/fault/fault.ts'
import type { Message, MessagePart, Role } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { onlyDefined } from './only-defined.ts'
import { decodeOpenaiContent } from './openai-content.ts'
import { decodeOpenaiPastCalls, decodeOpenaiPastFunctionCall } from './openai-past-calls.ts'

type WireMessage = Readonly<Record<string, unknown>>

const ROLES = new Map<string, Role>([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['tool', 'tool'],
  // The result of a former `function_call`.
  ['function', 'tool'],
])

/** Fields that only messages of one role have. */
const FIELDS_OF_ROLE: readonly (readonly [field: string, role: Role])[] = [
  ['tool_calls', 'assistant'],
  ['function_call', 'assistant'],
  ['tool_call_id', 'tool'],
]

/** OpenAI's `messages`. @throws Fault naming the message and the part that cannot be honoured */
export const decodeOpenaiMessages = (messages: readonly unknown[]): readonly Message[] => {
  /** Of the last `function_call`: its result has no id of its own. */
  let functionCallId: string | undefined
  return messages.map((message, index) => {
    const param = `messages[${index}]`
    if (!isRecord(message)) throw wrongType(param, 'an object', message)
    const role = decodeRole(message['role'], `${param}.role`)
    refuseFieldsOfOthers(message, role, param)
    if (isGiven(message['function_call'])) functionCallId = functionCallIdAt(index)
    const toolCallId = message['role'] === 'function' ? functionCallId : message['tool_call_id']
    return {
      role,
      parts: decodeParts(message, role, index),
      ...onlyDefined({
        name: optionalText(message['name'], `${param}.name`),
        toolCallId: optionalText(toolCallId, `${param}.tool_call_id`),
      }),
    }
  })
}

const functionCallIdAt = (index: number): string => `call_${index}`

const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)

const optionalText = (value: unknown, param: string): string | undefined => {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw wrongType(param, 'a string', value)
}

const decodeRole = (role: unknown, param: string): Role => {
  if (typeof role !== 'string') throw wrongType(param, 'a string', role)
  const known = ROLES.get(role)
  if (known !== undefined) return known
  throw new Fault(
    'invalid_request',
    `Invalid value for '${param}': '${role.slice(0, 40)}'. Supported values are: 'system', 'developer', 'user', 'assistant', 'tool' and 'function'.`,
    { param },
  )
}

const refuseFieldsOfOthers = (message: WireMessage, role: Role, param: string): void => {
  for (const [field, owner] of FIELDS_OF_ROLE) {
    if (role !== owner && isGiven(message[field]))
      throw new Fault('invalid_request', `'${param}.${field}' is for messages of role '${owner}' only.`, {
        param: `${param}.${field}`,
      })
  }
  if (isGiven(message['audio']))
    throw new Fault('invalid_request', `'${param}.audio' is not supported by this version of Skein.`, {
      param: `${param}.audio`,
    })
}

const decodeParts = (message: WireMessage, role: Role, index: number): readonly MessagePart[] => {
  const param = `messages[${index}]`
  const { content } = message
  if (role === 'assistant') return assistantParts(message, index)
  // A function may have returned nothing.
  if (role === 'tool' && content === null) return []
  return decodeOpenaiContent(content, `${param}.content`)
}

/** An assistant's turn may be empty: clients send back what they got. */
const assistantParts = (message: WireMessage, index: number): readonly MessagePart[] => {
  const param = `messages[${index}]`
  const content = message['content'] ?? message['refusal'] ?? ''
  const reasoning =
    optionalText(message['reasoning_content'], `${param}.reasoning_content`) ??
    optionalText(message['reasoning'], `${param}.reasoning`) ??
    ''
  return [
    ...(reasoning === '' ? [] : [{ type: 'reasoning' as const, text: reasoning }]),
    ...(content === '' ? [] : decodeOpenaiContent(content, `${param}.content`)),
    ...decodeOpenaiPastCalls(message['tool_calls'], `${param}.tool_calls`),
    ...decodeOpenaiPastFunctionCall(
      message['function_call'],
      functionCallIdAt(index),
      `${param}.function_call`,
    ),
  ]
}

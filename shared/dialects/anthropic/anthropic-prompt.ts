import { Fault } from '@shared/fault/fault.ts'
import type { Message, MessagePart, Prompt, Role } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { decodeAnthropicBlocks } from './anthropic-blocks.ts'

const ROLE: Readonly<Record<string, Role>> = { user: 'user', assistant: 'assistant', system: 'system' }

/** Stands between two messages that become one turn; blocks of one message follow each other as they are. */
const BETWEEN_MESSAGES: MessagePart = { type: 'text', text: '\n\n' }

/**
 * What the model is to read. Neighbours of the same role become one turn, as Anthropic does.
 * @throws Fault naming the message that cannot be honoured; also for the beginning of an answer (prefill)
 */
export const decodeAnthropicPrompt = (body: {
  readonly system?: unknown
  readonly messages: readonly unknown[]
}): Prompt => {
  const messages = body.messages.map((message, index) => decodeMessage(message, `messages.${index}`))
  checkTurns(messages)
  const turns = mergeNeighbours([...systemOf(body.system), ...messages].filter((turn) => !isEmpty(turn)))
  if (turns.length > 0) return { type: 'chat', messages: turns }
  throw new Fault('invalid_request', "'messages' must have at least one message with content.", {
    param: 'messages',
  })
}

const systemOf = (system: unknown): readonly Message[] => {
  if (system === undefined) return []
  return [{ role: 'system', parts: decodeAnthropicBlocks(system, 'system') }]
}

const decodeMessage = (message: unknown, param: string): Message => {
  if (!isRecord(message)) throw wrongType(param, 'an object', message)
  const { content, role } = message
  if (typeof role !== 'string') throw wrongType(`${param}.role`, 'a string', role)
  const known = Object.hasOwn(ROLE, role) ? ROLE[role] : undefined
  if (known !== undefined) return { role: known, parts: decodeAnthropicBlocks(content, `${param}.content`) }
  throw new Fault(
    'invalid_request',
    `Invalid value for '${param}.role': '${role.slice(0, 40)}'. Supported values are: 'user', 'assistant' and 'system'.`,
    { param: `${param}.role` },
  )
}

/** @throws Fault for a message without text, which only the last one may be, and for the beginning of an answer */
const checkTurns = (messages: readonly Message[]): void => {
  for (const [index, message] of messages.entries()) {
    const isAnswer = message.role === 'assistant' && index === messages.length - 1
    if (isAnswer === isEmpty(message)) continue
    const param = `messages.${index}`
    const problem = isAnswer
      ? 'is the beginning of an answer (prefill), which this version of Skein cannot continue. The conversation must end with a user message.'
      : 'has no content: only a last message of the assistant may be empty.'
    throw new Fault('invalid_request', `'${param}' ${problem}`, { param })
  }
}

const isEmpty = ({ parts }: Message): boolean =>
  parts.every((part) => part.type === 'text' && part.text === '')

/** In one pass over the parts: a client may send a message for every word. */
const mergeNeighbours = (messages: readonly Message[]): readonly Message[] => {
  const turns: { readonly role: Role; readonly parts: MessagePart[] }[] = []
  for (const message of messages) {
    const last = turns.at(-1)
    if (last?.role !== message.role) turns.push({ role: message.role, parts: [...message.parts] })
    else {
      last.parts.push(BETWEEN_MESSAGES)
      for (const part of message.parts) last.parts.push(part)
    }
  }
  return turns
}

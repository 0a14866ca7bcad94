import { Fault } from '@shared/fault/fault.ts'
import type { ChatPrompt, Message, MessagePart, Role } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { decodeAnthropicContent } from './anthropic-blocks.ts'
import type { AnthropicPromptBody } from './anthropic-prompt-schema.ts'
import { startAnthropicReading } from './anthropic-reading.ts'
import type { AnthropicReading } from './anthropic-reading.ts'
import { decodeAnthropicReasoning } from './anthropic-reasoning.ts'
import { decodeAnthropicToolChoice } from './anthropic-tool-choice.ts'
import type { AnthropicToolUse } from './anthropic-tool-choice.ts'
import { decodeAnthropicTools } from './anthropic-tools.ts'

type SpeakingRole = Exclude<Role, 'tool'>

const ROLE: Readonly<Record<string, SpeakingRole>> = {
  user: 'user',
  assistant: 'assistant',
  system: 'system',
}

/** Stands between two messages that become one turn; blocks of one message follow each other as they are. */
const BETWEEN_MESSAGES: MessagePart = { type: 'text', text: '\n\n' }

export interface DecodedPrompt extends Omit<AnthropicToolUse, 'tools'> {
  readonly prompt: ChatPrompt
  /** What was understood but has no effect, one sentence each. */
  readonly warnings: ReadonlySet<string>
}

/**
 * What the model is to read: the same for an answer and for a count of tokens. Neighbours of the same role become one
 * turn, as Anthropic does.
 * @throws Fault naming the part that cannot be honoured; also for the beginning of an answer (prefill)
 */
export const decodeAnthropicPrompt = (body: AnthropicPromptBody): DecodedPrompt => {
  const reading = startAnthropicReading()
  const { warnings } = reading
  const { tools, ...use } = decodeAnthropicToolChoice(
    body.tool_choice,
    decodeAnthropicTools(body.tools ?? [], warnings),
  )
  const reasoning = decodeAnthropicReasoning(body, warnings)
  const prompt: ChatPrompt = {
    type: 'chat',
    messages: decodeTurns(body, reading),
    ...(tools.length === 0 ? {} : { tools }),
    ...(reasoning === undefined ? {} : { reasoning }),
  }
  return { prompt, warnings, ...use }
}

const decodeTurns = (body: AnthropicPromptBody, reading: AnthropicReading): readonly Message[] => {
  const messages = body.messages.flatMap((message, index) => {
    const param = `messages.${index}`
    const decoded = decodeMessage(message, param, reading)
    checkContent(message, param, index === body.messages.length - 1)
    return decoded
  })
  const turns = mergeNeighbours([...systemOf(body.system, reading), ...messages])
  if (turns.length > 0) return turns
  throw new Fault('invalid_request', "'messages' must have at least one message with content.", {
    param: 'messages',
  })
}

const systemOf = (system: unknown, reading: AnthropicReading): readonly Message[] =>
  system === undefined ? [] : decodeAnthropicContent(system, 'system', { role: 'system', reading })

const decodeMessage = (message: unknown, param: string, reading: AnthropicReading): readonly Message[] => {
  if (!isRecord(message)) throw wrongType(param, 'an object', message)
  const { content, role } = message
  if (typeof role !== 'string') throw wrongType(`${param}.role`, 'a string', role)
  const known = Object.hasOwn(ROLE, role) ? ROLE[role] : undefined
  if (known !== undefined)
    return decodeAnthropicContent(content, `${param}.content`, { role: known, reading })
  throw new Fault(
    'invalid_request',
    `Invalid value for '${param}.role': '${role.slice(0, 40)}'. Supported values are: 'user', 'assistant' and 'system'.`,
    { param: `${param}.role` },
  )
}

/** @throws Fault for a message without content, which only the last one may be, and for the beginning of an answer */
const checkContent = (message: unknown, param: string, isLast: boolean): void => {
  if (!isRecord(message)) return
  const isAnswer = isLast && message['role'] === 'assistant'
  if (isAnswer === isBlank(message['content'])) return
  const problem = isAnswer
    ? 'is the beginning of an answer (prefill), which this version of Skein cannot continue. The conversation must end with a user message.'
    : 'has no content: only a last message of the assistant may be empty.'
  throw new Fault('invalid_request', `'${param}' ${problem}`, { param })
}

const isBlank = (content: unknown): boolean =>
  Array.isArray(content)
    ? content.every((block) => isRecord(block) && block['type'] === 'text' && block['text'] === '')
    : content === ''

const isEmpty = ({ parts, role }: Message): boolean =>
  role !== 'tool' && parts.every((part) => part.type === 'text' && part.text === '')

/** In one pass over the parts: a client may send a message for every word. Each result of a tool stays for itself. */
const mergeNeighbours = (messages: readonly Message[]): readonly Message[] => {
  const turns: (Message & { readonly parts: MessagePart[] })[] = []
  for (const message of messages.filter((turn) => !isEmpty(turn))) {
    const last = turns.at(-1)
    if (last?.role !== message.role || message.role === 'tool')
      turns.push({ ...message, parts: [...message.parts] })
    else {
      if (last.parts.at(-1)?.type === 'text' && message.parts[0]?.type === 'text')
        last.parts.push(BETWEEN_MESSAGES)
      for (const part of message.parts) last.parts.push(part)
    }
  }
  return turns
}

import type {
  Message,
  ReasoningWish,
  ToolCallPart,
  ToolDefinition,
} from '@shared/inference/generate-request.ts'
import { messageText } from '@shared/inference/message-text.ts'

/** A call as chat templates know it. */
export interface TemplateToolCall {
  readonly id: string
  readonly type: 'function'
  /** The arguments as JSON text or as what it says, as the template wants them. */
  readonly function: { readonly name: string; readonly arguments: unknown }
}

/** A message as chat templates know it. */
export interface TemplateMessage {
  readonly role: string
  /** Empty, not absent, where there are calls only: many templates join it to something. */
  readonly content: string
  readonly name?: string
  readonly reasoning_content?: string
  readonly tool_calls?: readonly TemplateToolCall[]
  readonly tool_call_id?: string
}

/** A tool as chat templates know it. */
export interface TemplateTool {
  readonly type: 'function'
  readonly function: {
    readonly name: string
    readonly description: string
    readonly parameters: Readonly<Record<string, unknown>>
  }
}

/**
 * Messages in the form that models' templates were written for, the one of OpenAI's API.
 * @param form of the arguments of calls: templates want either, and few take both
 */
export const templateMessages = (
  messages: readonly Message[],
  form: 'object' | 'string',
): readonly TemplateMessage[] => messages.map((message) => templateMessage(message, form))

const templateMessage = (message: Message, form: 'object' | 'string'): TemplateMessage => {
  const { name, parts, role, toolCallId } = message
  const reasoning = parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('')
  const calls = parts.filter((part) => part.type === 'tool-call')
  return {
    role,
    content: messageText(message).toWellFormed(),
    ...(name === undefined ? {} : { name: name.toWellFormed() }),
    ...(reasoning === '' ? {} : { reasoning_content: reasoning.toWellFormed() }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => templateCall(call, form)) }),
    ...(toolCallId === undefined ? {} : { tool_call_id: toolCallId.toWellFormed() }),
  }
}

const templateCall = (call: ToolCallPart, form: 'object' | 'string'): TemplateToolCall => ({
  id: call.id.toWellFormed(),
  type: 'function',
  function: {
    name: call.name.toWellFormed(),
    arguments: form === 'string' ? call.arguments.toWellFormed() : argumentsOf(call.arguments.toWellFormed()),
  },
})

/** A model's own arguments come back with the next turn, also when they are no JSON. */
const argumentsOf = (text: string): unknown => {
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Tools in the form that models' templates were written for. */
export const templateTools = (tools: readonly ToolDefinition[]): readonly TemplateTool[] =>
  tools.map(({ description, name, parameters }) => ({
    type: 'function',
    function: { name, description: description ?? '', parameters },
  }))

/** A message as plain text, for a model whose template knows no calls: nothing of it is lost. */
export const plainMessageText = ({ content, tool_calls: calls }: TemplateMessage): string =>
  [
    content,
    ...(calls ?? []).map(({ function: { name, arguments: given } }) =>
      JSON.stringify({ name, arguments: given }),
    ),
  ]
    .filter((text) => text !== '')
    .join('\n')

/** By the names that templates have for it: `thinking` is DeepSeek's and Granite's, the effort gpt-oss's. */
export const reasoningVariables = ({
  effort,
  isEnabled,
}: ReasoningWish): Readonly<Record<string, unknown>> => ({
  ...(isEnabled === undefined ? {} : { enable_thinking: isEnabled, thinking: isEnabled }),
  ...(effort === undefined ? {} : { reasoning_effort: effort }),
})

import { plainMessageText } from './template-messages.ts'
import type { TemplateMessage, TemplateTool } from './template-messages.ts'

/** What a template does with calls and their results. */
export interface TemplateHabits {
  /** How it wants the arguments of a call. */
  readonly argumentsForm: 'object' | 'string'
  readonly knowsCalls: boolean
  readonly knowsResults: boolean
}

/** How messages are changed for a template that does not take them as they are. */
export interface Adaptation {
  /** Ids of calls are nine letters and digits. */
  readonly hasShortIds?: boolean
  /** There is a list of tools, if an empty one. */
  readonly hasToolList?: boolean
  /** A text is a list of parts. */
  readonly hasParts?: boolean
  /** User and model take turns, and nobody else speaks. */
  readonly alternates?: boolean
}

/** A message as it is given to a template. */
export type WrittenMessage = Omit<TemplateMessage, 'content'> & {
  readonly content: string | readonly { readonly type: 'text'; readonly text: string }[]
}

/** The plain rendering of a template, which may throw. */
export type Render = (
  messages: readonly WrittenMessage[],
  tools: readonly TemplateTool[] | undefined,
  variables: Readonly<Record<string, unknown>>,
) => string

const SHORT_ID_LENGTH = 9

/** @param habits undefined where there are no calls and no results */
export const adaptMessages = (
  messages: readonly TemplateMessage[],
  { alternates, hasParts, hasShortIds }: Adaptation,
  habits: TemplateHabits | undefined,
): readonly WrittenMessage[] => {
  if (alternates === true) return alternate(messages)
  const known = habits === undefined ? messages : messages.map((message) => withoutUnknown(message, habits))
  const named = hasShortIds === true ? withShortIds(known) : known
  if (hasParts !== true) return named
  return named.map((message) => ({ ...message, content: [{ type: 'text', text: message.content }] }))
}

/** What the template would leave out goes in as plain text. */
const withoutUnknown = (
  message: TemplateMessage,
  { knowsCalls, knowsResults }: TemplateHabits,
): TemplateMessage => {
  if (message.role === 'tool' && !knowsResults) return { role: 'user', content: message.content }
  if (message.tool_calls === undefined || knowsCalls) return message
  return { role: message.role, content: plainMessageText(message) }
}

const withShortIds = (messages: readonly TemplateMessage[]): readonly TemplateMessage[] => {
  const shortIds = new Map<string, string>()
  const shorten = (id: string): string => {
    const short = shortIds.get(id) ?? String(shortIds.size).padStart(SHORT_ID_LENGTH, '0')
    shortIds.set(id, short)
    return short
  }
  return messages.map((message) => ({
    ...message,
    ...(message.tool_calls === undefined
      ? {}
      : { tool_calls: message.tool_calls.map((call) => ({ ...call, id: shorten(call.id) })) }),
    ...(message.tool_call_id === undefined ? {} : { tool_call_id: shorten(message.tool_call_id) }),
  }))
}

/** All that is not the model's own is the user's; neighbours of one side become one message. */
const alternate = (messages: readonly TemplateMessage[]): readonly WrittenMessage[] => {
  const turns: { readonly role: string; readonly content: string }[] = []
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const content = plainMessageText(message)
    const last = turns.at(-1)
    if (last?.role === role) turns[turns.length - 1] = { role, content: `${last.content}\n\n${content}` }
    else turns.push({ role, content })
  }
  return turns
}

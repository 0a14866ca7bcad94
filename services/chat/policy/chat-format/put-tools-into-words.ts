import type {
  ChatPrompt,
  Message,
  MessagePart,
  TextPart,
  ToolDefinition,
} from '@shared/inference/generate-request.ts'
import { messageText } from '@shared/inference/message-text.ts'

/**
 * The same chat for a model whose template knows no tools: they are explained by the system, and calls and results of
 * earlier turns are texts.
 */
export const putToolsIntoWords = ({ tools, messages, ...rest }: ChatPrompt): ChatPrompt => {
  const worded = messages.map(inWords)
  return { ...rest, messages: tools === undefined || tools.length === 0 ? worded : explained(worded, tools) }
}

/** Whether a chat holds calls or results. */
export const hasToolTurns = (messages: readonly Message[]): boolean =>
  messages.some(({ role, parts }) => role === 'tool' || parts.some(({ type }) => type === 'tool-call'))

const inWords = (message: Message): Message => {
  const { role, parts } = message
  if (role === 'tool')
    return { role: 'user', parts: [text(`<tool_response>\n${messageText(message)}\n</tool_response>`)] }
  if (!parts.some(({ type }) => type === 'tool-call')) return message
  return { ...message, parts: parts.map(partInWords) }
}

const partInWords = (part: MessagePart, index: number): MessagePart => {
  if (part.type !== 'tool-call') return part
  const call = `{"name": ${JSON.stringify(part.name)}, "arguments": ${part.arguments}}`
  return text(`${index === 0 ? '' : '\n'}<tool_call>\n${call}\n</tool_call>`)
}

const explained = (messages: readonly Message[], tools: readonly ToolDefinition[]): readonly Message[] => {
  const explanation = explanationOf(tools)
  const [first, ...rest] = messages
  if (first?.role !== 'system') return [{ role: 'system', parts: [text(explanation)] }, ...messages]
  return [{ ...first, parts: [...first.parts, text(`\n\n${explanation}`)] }, ...rest]
}

/** In the words with which most models were taught it. */
const explanationOf = (tools: readonly ToolDefinition[]): string => {
  const signatures = tools.map(({ name, description, parameters }) =>
    JSON.stringify({ type: 'function', function: { name, description: description ?? '', parameters } }),
  )
  return `# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
${signatures.join('\n')}
</tools>

For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call>`
}

const text = (content: string): TextPart => ({ type: 'text', text: content })

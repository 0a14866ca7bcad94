import type { WireJson } from '../wire-json.ts'
import type { Conversation, DialectUnderTest, SeenAnswer, Turn } from './conversation.ts'

const messageOf = (turn: Turn): object => {
  if (turn.type === 'result')
    return { role: 'tool', tool_name: turn.name, tool_call_id: turn.id, content: turn.text }
  if (turn.type !== 'assistant') return { role: turn.type, content: turn.text }
  const calls = (turn.calls ?? []).map((call) => ({
    id: call.id,
    function: { name: call.name, arguments: call.arguments },
  }))
  return { role: 'assistant', content: turn.text, ...(calls.length === 0 ? {} : { tool_calls: calls }) }
}

const body = (conversation: Conversation, isStream: boolean) => ({
  model: 'tiny',
  messages: conversation.turns.map(messageOf),
  stream: isStream,
  tools: conversation.tools?.map((tool) => ({ type: 'function', function: tool })),
  options: {
    num_predict: conversation.maxTokens,
    temperature: conversation.temperature,
    stop: conversation.stop,
  },
  format: conversation.schema,
})

const callsOf = (message: WireJson): SeenAnswer['calls'] =>
  (message.tool_calls ?? []).map((call: WireJson) => ({
    name: call.function.name,
    arguments: call.function.arguments,
  }))

const readLines = (lines: readonly WireJson[]): SeenAnswer => {
  const last = lines.at(-1)
  if (last?.done !== true) throw new Error('the answer has no end')
  const calls = lines.flatMap(({ message }) => callsOf(message))
  return {
    text: lines.map(({ message }) => message.content).join(''),
    reasoning: lines.map(({ message }) => message.thinking ?? '').join(''),
    calls,
    promptTokens: last.prompt_eval_count,
    completionTokens: last.eval_count,
    // Ollama has no word for it: whose answer calls, calls.
    ending: last.done_reason === 'stop' && calls.length > 0 ? 'tool-calls' : last.done_reason,
  }
}

const linesOf = (text: string): readonly WireJson[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

const failureIn = (reply: WireJson): string | undefined =>
  typeof reply?.error === 'string' ? reply.error : undefined

export const ollamaUnderTest: DialectUnderTest = {
  name: 'Ollama chat',
  path: '/api/chat',
  body,
  readWhole: (reply: WireJson) => readLines([reply]),
  readStream: (text) => readLines(linesOf(text)),
  failureIn,
  failureAtEnd: (text) => failureIn(linesOf(text).at(-1)),
}

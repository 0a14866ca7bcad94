import { ssePayloads } from '../call-app.ts'
import type { WireJson } from '../wire-json.ts'
import type { Conversation, DialectUnderTest, SeenAnswer, Turn } from './conversation.ts'

const messageOf = (turn: Turn): object => {
  if (turn.type === 'result') return { role: 'tool', tool_call_id: turn.id, content: turn.text }
  if (turn.type !== 'assistant') return { role: turn.type, content: turn.text }
  const calls = (turn.calls ?? []).map((call) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }))
  return { role: 'assistant', content: turn.text, ...(calls.length === 0 ? {} : { tool_calls: calls }) }
}

const body = (conversation: Conversation, isStream: boolean) => ({
  model: 'tiny',
  messages: conversation.turns.map(messageOf),
  stream: isStream,
  stream_options: isStream ? { include_usage: true } : undefined,
  tools: conversation.tools?.map((tool) => ({ type: 'function', function: tool })),
  tool_choice: conversation.toolChoice,
  max_completion_tokens: conversation.maxTokens,
  temperature: conversation.temperature,
  stop: conversation.stop,
  response_format:
    conversation.schema === undefined
      ? undefined
      : { type: 'json_schema', json_schema: { name: 'answer', schema: conversation.schema, strict: true } },
})

const ENDING = { stop: 'stop', length: 'length', tool_calls: 'tool-calls' } as const

const seen = (message: WireJson, finishReason: keyof typeof ENDING, usage: WireJson): SeenAnswer => ({
  text: message.content ?? '',
  reasoning: message.reasoning_content ?? '',
  calls: (message.tool_calls ?? []).map((call: WireJson) => ({
    name: call.function.name,
    arguments: JSON.parse(call.function.arguments),
  })),
  promptTokens: usage.prompt_tokens,
  completionTokens: usage.completion_tokens,
  ending: ENDING[finishReason],
})

const readStream = (text: string): SeenAnswer => {
  const frames = ssePayloads(text)
  if (frames.at(-1) !== '[DONE]') throw new Error('the stream has no end')
  const choices = frames.slice(0, -1).flatMap((frame) => frame.choices)
  const deltas = choices.map(({ delta }) => delta)
  const finish = choices.find(({ finish_reason }) => finish_reason !== null)
  if (finish === undefined) throw new Error('the stream has no finish reason')
  const joined = (field: string): string => deltas.map((delta) => delta[field] ?? '').join('')
  const message = {
    content: joined('content'),
    reasoning_content: joined('reasoning_content'),
    tool_calls: joinCalls(deltas.flatMap((delta) => delta.tool_calls ?? [])),
  }
  return seen(message, finish.finish_reason, frames.at(-2).usage)
}

const joinCalls = (deltas: readonly WireJson[]): readonly WireJson[] => {
  const calls: WireJson[] = []
  for (const { function: part, index } of deltas) {
    if (part.name !== undefined && calls[index] !== undefined) throw new Error('a call was named twice')
    calls[index] ??= { function: { name: part.name, arguments: '' } }
    calls[index].function.arguments += part.arguments ?? ''
  }
  return calls
}

const failureIn = (reply: WireJson): string | undefined =>
  typeof reply?.error?.type === 'string' && 'code' in reply.error && 'param' in reply.error
    ? reply.error.message
    : undefined

export const openaiUnderTest: DialectUnderTest = {
  name: 'OpenAI chat',
  path: '/v1/chat/completions',
  body,
  readWhole: (reply: WireJson) => seen(reply.choices[0].message, reply.choices[0].finish_reason, reply.usage),
  readStream,
  failureIn,
  failureAtEnd(text) {
    const frames = ssePayloads(text)
    return frames.at(-1) === '[DONE]' ? failureIn(frames.at(-2)) : undefined
  },
}

import { ssePayloads } from '../call-app.ts'
import type { WireJson } from '../wire-json.ts'
import type { Conversation, DialectUnderTest, SeenAnswer, Turn } from './conversation.ts'

const itemsOf = (turn: Turn): readonly object[] => {
  if (turn.type === 'result') return [{ type: 'function_call_output', call_id: turn.id, output: turn.text }]
  const text = turn.text === '' ? [] : [{ role: turn.type, content: turn.text }]
  if (turn.type !== 'assistant') return text
  const calls = (turn.calls ?? []).map((call) => ({
    type: 'function_call',
    call_id: call.id,
    name: call.name,
    arguments: JSON.stringify(call.arguments),
  }))
  return [...text, ...calls]
}

const body = (conversation: Conversation, isStream: boolean) => ({
  model: 'tiny',
  input: conversation.turns.flatMap(itemsOf),
  stream: isStream,
  tools: conversation.tools?.map((tool) => ({ type: 'function', ...tool })),
  tool_choice: conversation.toolChoice,
  max_output_tokens: conversation.maxTokens,
  temperature: conversation.temperature,
  stop: conversation.stop,
  text:
    conversation.schema === undefined
      ? undefined
      : { format: { type: 'json_schema', name: 'answer', schema: conversation.schema, strict: true } },
})

const partsOf = (response: WireJson, item: string, part: string): string =>
  response.output
    .filter(({ type }: WireJson) => type === item)
    .flatMap(({ content }: WireJson) => content)
    .filter(({ type }: WireJson) => type === part)
    .map(({ text }: WireJson) => text)
    .join('')

const readResponse = (response: WireJson): SeenAnswer => {
  const calls = response.output
    .filter(({ type }: WireJson) => type === 'function_call')
    .map((item: WireJson) => ({ name: item.name, arguments: JSON.parse(item.arguments) }))
  const isComplete = response.status === 'completed'
  return {
    text: partsOf(response, 'message', 'output_text'),
    reasoning: partsOf(response, 'reasoning', 'reasoning_text'),
    calls,
    promptTokens: response.usage.input_tokens,
    completionTokens: response.usage.output_tokens,
    ending: isComplete ? (calls.length > 0 ? 'tool-calls' : 'stop') : 'length',
  }
}

const readStream = (text: string): SeenAnswer => {
  const events = ssePayloads(text).filter((event) => event !== '[DONE]')
  if (events.some((event, index) => event.sequence_number !== index)) throw new Error('events are missing')
  const last = events.at(-1)
  const answer = readResponse(last.response)
  const told = events.filter(({ type }) => type === 'response.output_text.delta').map(({ delta }) => delta)
  if (told.join('') !== answer.text) throw new Error('the deltas are not the text')
  return answer
}

const failureIn = (reply: WireJson): string | undefined =>
  typeof reply?.error?.type === 'string' && 'param' in reply.error ? reply.error.message : undefined

export const responsesUnderTest: DialectUnderTest = {
  name: 'OpenAI responses',
  path: '/v1/responses',
  body,
  readWhole: readResponse,
  readStream,
  failureIn,
  failureAtEnd(text) {
    const events = ssePayloads(text)
    const failed = events.find(({ type }) => type === 'response.failed')
    return events.at(-1) === '[DONE]' ? failed?.response.error?.message : undefined
  },
}

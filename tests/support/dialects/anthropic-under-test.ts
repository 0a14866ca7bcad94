import { ssePayloads } from '../call-app.ts'
import type { WireJson } from '../wire-json.ts'
import type { Conversation, DialectUnderTest, SeenAnswer, Turn } from './conversation.ts'

const messageOf = (turn: Turn): object => {
  if (turn.type === 'result') {
    const block = { type: 'tool_result', tool_use_id: turn.id, content: turn.text }
    return { role: 'user', content: [block] }
  }
  if (turn.type !== 'assistant') return { role: turn.type, content: turn.text }
  const calls = (turn.calls ?? []).map((call) => ({
    type: 'tool_use',
    id: call.id,
    name: call.name,
    input: call.arguments,
  }))
  const text = turn.text === '' ? [] : [{ type: 'text', text: turn.text }]
  return { role: 'assistant', content: [...text, ...calls] }
}

const CHOICE = { required: { type: 'any' }, none: { type: 'none' } } as const

const body = (conversation: Conversation, isStream: boolean) => ({
  model: 'tiny',
  max_tokens: conversation.maxTokens ?? 1000,
  system:
    conversation.turns.flatMap((turn) => (turn.type === 'system' ? [turn.text] : [])).join('\n') || undefined,
  messages: conversation.turns.filter(({ type }) => type !== 'system').map(messageOf),
  stream: isStream,
  tools: conversation.tools?.map(({ description, name, parameters }) => ({
    name,
    description,
    input_schema: parameters,
  })),
  tool_choice: conversation.toolChoice === undefined ? undefined : CHOICE[conversation.toolChoice],
  temperature: conversation.temperature,
  stop_sequences: conversation.stop,
  output_config:
    conversation.schema === undefined
      ? undefined
      : { format: { type: 'json_schema', schema: conversation.schema } },
})

const ENDING = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
} as const

const textOf = (blocks: readonly WireJson[], type: string, field: string): string =>
  blocks
    .filter((block) => block.type === type)
    .map((block) => block[field])
    .join('')

const readMessage = (message: WireJson): SeenAnswer => ({
  text: textOf(message.content, 'text', 'text'),
  reasoning: textOf(message.content, 'thinking', 'thinking'),
  calls: message.content
    .filter(({ type }: WireJson) => type === 'tool_use')
    .map((block: WireJson) => ({ name: block.name, arguments: block.input })),
  promptTokens: message.usage.input_tokens + (message.usage.cache_read_input_tokens ?? 0),
  completionTokens: message.usage.output_tokens,
  ending: ENDING[message.stop_reason as keyof typeof ENDING],
})

/** As the official client puts a stream together. */
const readStream = (text: string): SeenAnswer => {
  const events = ssePayloads(text)
  if (events.at(-1)?.type !== 'message_stop') throw new Error('the stream has no end')
  const of = (type: string): WireJson[] => events.filter((event) => event.type === type)
  const content = of('content_block_start').map(({ content_block, index }) =>
    closeBlock(
      content_block,
      of('content_block_delta').filter((event) => event.index === index),
    ),
  )
  const [start] = of('message_start')
  const [end] = of('message_delta')
  return readMessage({
    ...start.message,
    ...end.delta,
    content,
    usage: { ...start.message.usage, ...end.usage },
  })
}

const closeBlock = (block: WireJson, deltas: readonly WireJson[]): WireJson => {
  const joined = (field: string): string => deltas.map(({ delta }) => delta[field] ?? '').join('')
  if (block.type === 'tool_use') return { ...block, input: JSON.parse(joined('partial_json') || '{}') }
  return { ...block, text: joined('text'), thinking: joined('thinking') }
}

const failureIn = (reply: WireJson): string | undefined =>
  reply?.type === 'error' && typeof reply.error?.type === 'string' ? reply.error.message : undefined

export const anthropicUnderTest: DialectUnderTest = {
  name: 'Anthropic messages',
  path: '/v1/messages',
  body,
  readWhole: readMessage,
  readStream,
  failureIn,
  failureAtEnd: (text) => failureIn(ssePayloads(text).at(-1)),
}

import { expect, test } from 'bun:test'
import { openaiChatFrames } from '@shared/dialects/openai/openai-chat-stream.ts'
import type { ChoiceEvent } from '@shared/dialects/text-dialect.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import { ssePayloads } from '../../../../support/call-app.ts'

const SHAPE = { requests: [], samplesPerPrompt: 2, includesUsage: false, prefixes: [] }
const REPLY = { id: 'x', createdAt: 1, model: 'm', now: () => 0, includesTimings: false }

const finish = (prefillMs: number): GenerationEvent => ({
  type: 'generation-finish',
  reason: 'stop',
  rawReason: 'eos',
  usage: { promptTokens: 4, completionTokens: 2, cachedTokens: 1, reasoningTokens: 1 },
  timings: { prefillMs, decodeMs: 3 },
})

const framesOf = async (events: readonly ChoiceEvent[], shape: object = {}, reply: object = {}) => {
  async function* stream(): AsyncGenerator<ChoiceEvent> {
    yield* events
  }
  let text = ''
  for await (const frame of openaiChatFrames(stream(), { ...SHAPE, ...shape }, { ...REPLY, ...reply }))
    text += frame
  return ssePayloads(text)
}

test('tells what a tool of the node answered in a chunk without choices', async () => {
  const result = { call: { id: 'c', name: 'add', arguments: '{}' }, output: '5', isError: false }
  expect(await framesOf([{ choice: 0, event: { type: 'tool-result', result } }])).toEqual([
    {
      id: 'chatcmpl-x',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      system_fingerprint: 'skein',
      choices: [],
      type: 'mcp_tool_result',
      name: 'add',
      tool_call_id: 'c',
      result: '5',
      is_error: false,
    },
    '[DONE]',
  ])
})

test('tells the calls of each answer apart', async () => {
  const call = (choice: number): ChoiceEvent => ({
    choice,
    event: { type: 'tool-call-start', index: 0, id: `c${choice}`, name: 'f', tokens: 1 },
  })
  const [first, second] = await framesOf([call(1), call(0)])
  expect([first.choices[0].index, second.choices[0].index]).toEqual([1, 0])
  expect(first.choices[0].delta.tool_calls[0]).toMatchObject({ index: 0, id: 'c1' })
})

test('adds up what all answers took, each prompt once, in the last chunk', async () => {
  const events = [0, 1].map((choice) => ({ choice, event: finish(10 + choice) }))
  const payloads = await framesOf(events, { includesUsage: true }, { includesTimings: true })
  expect(payloads.at(-2)).toMatchObject({
    choices: [],
    usage: {
      prompt_tokens: 4,
      completion_tokens: 4,
      total_tokens: 8,
      prompt_tokens_details: { cached_tokens: 1 },
      completion_tokens_details: { reasoning_tokens: 2 },
      timing_prompt_processing: 21,
      timing_token_generation: 6,
    },
  })
})

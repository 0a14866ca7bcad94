import { expect, test } from 'bun:test'
import { anthropicMessagesFrames } from '@shared/dialects/anthropic/anthropic-messages-stream.ts'
import type { ChoiceEvent, ReplyShape } from '@shared/dialects/text-dialect.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import { ssePayloads } from '../../../../support/call-app.ts'

const SHAPE: ReplyShape = { requests: [], samplesPerPrompt: 1, includesUsage: true, prefixes: [] }
const REPLY = { id: 'x', createdAt: 0, model: 'tiny', now: () => 0, includesTimings: false }
const usage = { promptTokens: 1, completionTokens: 1, cachedTokens: 0 }

async function* eachOf(events: readonly GenerationEvent[]): AsyncGenerator<ChoiceEvent> {
  for (const event of events) yield { choice: 0, event }
}

const framesOf = async (...events: readonly GenerationEvent[]) => {
  const frames: string[] = []
  for await (const frame of anthropicMessagesFrames(eachOf(events), SHAPE, REPLY)) frames.push(frame)
  return ssePayloads(frames.join(''))
}

test('what tools of the node answered is not told, and the model thinks again in a block of its own', async () => {
  const call = { id: 'c', name: 'clock', arguments: '{}' }
  const frames = await framesOf(
    { type: 'generation-start', promptTokens: 1, cachedTokens: 0 },
    { type: 'reasoning-delta', text: 'a', tokens: 1 },
    { type: 'text-delta', text: 'b', tokens: 1 },
    { type: 'tool-result', result: { call, output: 'noon', isError: false } },
    { type: 'reasoning-delta', text: 'c', tokens: 1 },
    { type: 'text-delta', text: 'd', tokens: 1 },
    {
      type: 'generation-finish',
      reason: 'stop',
      rawReason: 'eos',
      usage,
      timings: { prefillMs: 1, decodeMs: 1 },
    },
  )
  expect(JSON.stringify(frames)).not.toContain('noon')
  const opened = frames.filter(({ type }) => type === 'content_block_start')
  expect(opened.map(({ content_block, index }) => [index, content_block.type])).toEqual([
    [0, 'thinking'],
    [1, 'text'],
    [2, 'thinking'],
    [3, 'text'],
  ])
  expect(frames.filter(({ type }) => type === 'content_block_stop').map(({ index }) => index)).toEqual([
    0, 1, 2, 3,
  ])
  expect(frames.filter(({ type }) => type === 'ping')).toHaveLength(1)
})

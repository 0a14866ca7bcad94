import { describe, expect, test } from 'bun:test'
import { decodeResponses } from '@shared/dialects/openai/responses/responses-decode.ts'
import { newResource } from '@shared/dialects/openai/responses/responses-resource.ts'
import { ResponseWriter } from '@shared/dialects/openai/responses/responses-writer.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'

const NOW = 5_000_000

const createWriter = (body: object = {}, firstSequence = 0): ResponseWriter => {
  const { settings } = decodeResponses(
    { input: 'hi', ...body },
    { model: parseModelId('tiny')!, responseId: 'resp_a1', history: [], findItem: () => undefined },
  )
  return new ResponseWriter(newResource(settings, { id: 'resp_a1', createdAt: 1 }), () => NOW, firstSequence)
}

const text = (said: string): GenerationEvent => ({ type: 'text-delta', text: said, tokens: 1 })
const finish: GenerationEvent = {
  type: 'generation-finish',
  reason: 'stop',
  rawReason: 'eos',
  usage: { promptTokens: 2, completionTokens: 3, cachedTokens: 1, reasoningTokens: 1 },
  timings: { prefillMs: 1, decodeMs: 1 },
}

describe('a response that is written', () => {
  test('is queued in the background until its first event', () => {
    const writer = createWriter({ background: true })
    expect(writer.begin().map(({ type }) => type)).toEqual(['response.created', 'response.queued'])
    const [started] = writer.take({ type: 'generation-start', promptTokens: 2, cachedTokens: 0 })
    expect(started).toMatchObject({ type: 'response.in_progress', sequence_number: 2 })
    expect(writer.status).toBe('in_progress')
  })

  test('tells of an item as it was then, not as it is now', () => {
    const writer = createWriter()
    const [added] = writer.take(text('Hel'))
    writer.take(text('lo'))
    writer.take(finish)
    expect(added).toMatchObject({ item: { status: 'in_progress', content: [] } })
    expect(writer.resource().output[0]).toMatchObject({ status: 'completed', content: [{ text: 'Hello' }] })
  })

  test('has a message also when the model said nothing', () => {
    const writer = createWriter()
    writer.take(finish)
    expect(writer.resource()).toMatchObject({
      status: 'completed',
      completed_at: 5000,
      output: [{ type: 'message', content: [{ type: 'output_text', text: '' }] }],
      usage: { total_tokens: 5, output_tokens_details: { reasoning_tokens: 1 } },
    })
  })

  test('thinks again after it spoke, in an item of its own', () => {
    const writer = createWriter()
    for (const event of [
      text('a'),
      { type: 'reasoning-delta', text: 'b', tokens: 1 } as const,
      text('c'),
      finish,
    ])
      writer.take(event)
    expect(writer.resource().output.map(({ id }) => id)).toEqual(['msg_a100000', 'rs_a100001', 'msg_a100002'])
  })

  test('ends once: what comes after its end changes nothing', () => {
    const writer = createWriter()
    writer.take(text('a'))
    const last = writer.cancel()
    expect(last.at(-1)).toMatchObject({ type: 'response.incomplete', response: { status: 'cancelled' } })
    const ended = writer.resource()
    expect([
      writer.take(text('b')),
      writer.take(finish),
      writer.fail(new Fault('internal', 'x')),
      writer.cancel(),
    ]).toEqual([[], [], [], []])
    expect(writer.resource()).toEqual(ended)
  })

  test('goes on counting for a response whose events were told before', () => {
    const [error, failed] = createWriter({}, 40).fail(new Fault('engine_failed', 'Gone.'))
    expect(error).toMatchObject({ type: 'error', sequence_number: 40, message: 'Gone.' })
    expect(failed).toMatchObject({ type: 'response.failed', sequence_number: 41 })
  })
})

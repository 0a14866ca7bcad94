import { describe, expect, test } from 'bun:test'
import { MOST_RUNNING } from '@service/chat/features/responses/response-desk.ts'
import { Fault } from '@shared/fault/fault.ts'
import { callApp } from '../../support/call-app.ts'
import { eventually } from '../../support/eventually.ts'
import { settled } from '../../support/manual-clock.ts'
import {
  FIRST,
  RESPONSES,
  createResponsesNode,
  createTurnstile,
  eventsOf,
  getJson,
  readerOf,
  refusal,
  respond,
  statusOf,
} from '../../support/scripted-responses.ts'
import { jsonOf } from '../../support/wire-json.ts'

const KEEP_ALIVE_MS = 30_000

describe('a response in the background', () => {
  test('is queued at once, then at work, then done, whoever is there', async () => {
    const node = createResponsesNode()
    const { gate, let: letThrough } = createTurnstile()
    node.driver.script = { gate }
    const queued = await respond(node, { input: 'hi', background: true })
    expect(queued).toMatchObject({
      status: 'queued',
      background: true,
      output: [],
      usage: null,
      completed_at: null,
    })
    await eventually('it is at work', async () => (await statusOf(node, FIRST)) === 'in_progress')
    letThrough(2)
    await eventually('two words are there', async () => {
      const { output } = await getJson(node, FIRST)
      return output[0]?.content[0]?.text === 'Hello from'
    })
    letThrough(9)
    await eventually('it is done', async () => (await statusOf(node, FIRST)) === 'completed')
    expect((await getJson(node, FIRST)).usage.output_tokens).toBe(5)
  })

  test('is followed live from any event on, with a sign of life when nothing comes', async () => {
    const node = createResponsesNode()
    const { gate, let: letThrough } = createTurnstile()
    node.driver.script = { gate, pieces: ['a', 'b'] }
    const first = readerOf(
      await callApp(node.app, RESPONSES, { json: { input: 'hi', background: true, stream: true } }),
    )
    expect(await first.next()).toContain('response.created')
    expect(await first.next()).toContain('response.queued')
    await first.leave()
    const reader = readerOf(await callApp(node.app, `${FIRST}?stream=true&starting_after=1`))
    expect(await reader.next()).toContain('response.in_progress')
    const silence = reader.next()
    await node.clock.advance(KEEP_ALIVE_MS)
    expect(await silence).toBe(': keep-alive\n\n')
    letThrough(2)
    const rest: string[] = []
    while (!rest.at(-1)?.includes('[DONE]')) rest.push(await reader.next())
    expect(rest.at(-2)).toContain('response.completed')
    const all = await eventsOf(await callApp(node.app, `${FIRST}?stream=true`))
    expect(all.map(({ sequence_number: number }) => number)).toEqual(all.map((_, index) => index))
    expect(all.slice(0, 3).map(({ type, response }) => `${type} ${response.status}`)).toEqual([
      'response.created queued',
      'response.queued queued',
      'response.in_progress in_progress',
    ])
  })

  test('is cancelled once and for all, and its engine stops', async () => {
    const node = createResponsesNode()
    node.driver.script = { gate: createTurnstile().gate }
    await respond(node, { input: 'hi', background: true, stream: false })
    await eventually('it is at work', async () => (await statusOf(node, FIRST)) === 'in_progress')
    const cancelled = await jsonOf(callApp(node.app, `${FIRST}/cancel`, { method: 'POST' }))
    expect(cancelled).toMatchObject({ status: 'cancelled', completed_at: 1_700_000_000, error: null })
    expect(await jsonOf(callApp(node.app, `${FIRST}/cancel`, { method: 'POST' }))).toEqual(cancelled)
    await settled()
    expect(node.driver.signals[0]?.aborted).toBe(true)
    expect((await node.pool.reports())[0]?.activeRequests).toBe(0)
    expect(await getJson(node, FIRST)).toEqual(cancelled)
  })

  test('that is done cannot be cancelled any more', async () => {
    const node = createResponsesNode()
    const done = await respond(node, { input: 'hi' })
    expect(await jsonOf(callApp(node.app, `${FIRST}/cancel`, { method: 'POST' }))).toEqual(done)
  })

  test('stops when it is deleted', async () => {
    const node = createResponsesNode()
    node.driver.script = { gate: createTurnstile().gate }
    await respond(node, { input: 'hi', background: true })
    await eventually('it is at work', async () => (await statusOf(node, FIRST)) === 'in_progress')
    expect((await callApp(node.app, FIRST, { method: 'DELETE' })).status).toBe(200)
    await settled()
    expect(node.driver.signals[0]?.aborted).toBe(true)
    expect((await callApp(node.app, FIRST)).status).toBe(404)
  })

  test('fails where a poll can see it', async () => {
    const node = createResponsesNode()
    node.driver.script = { refuses: new Fault('context_length_exceeded', 'Too long by far.') }
    await respond(node, { input: 'hi', background: true })
    await eventually('it has failed', async () => (await statusOf(node, FIRST)) === 'failed')
    expect((await getJson(node, FIRST)).error).toEqual({
      code: 'invalid_prompt',
      message: 'Too long by far.',
    })
  })

  test('cannot be gone on from before it is done', async () => {
    const node = createResponsesNode()
    node.driver.script = { gate: createTurnstile().gate }
    await respond(node, { input: 'hi', background: true })
    const next = { json: { input: 'and?', previous_response_id: 'resp_00000001' } }
    expect(await refusal(node, RESPONSES, next)).toMatchObject({ status: 409, param: 'previous_response_id' })
  })

  test('waits for room when too many are waiting', async () => {
    const node = createResponsesNode()
    node.driver.script = { gate: createTurnstile().gate }
    for (let count = 0; count < MOST_RUNNING; count++) await respond(node, { input: 'hi', background: true })
    const more = { json: { input: 'hi', background: true } }
    expect(await refusal(node, RESPONSES, more)).toMatchObject({ status: 429, code: 'queue_full' })
    await callApp(node.app, `${FIRST}/cancel`, { method: 'POST' })
    expect((await respond(node, { input: 'hi', background: true })).status).toBe('queued')
  })
})

import { describe, expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { callApp } from '../../support/call-app.ts'
import { eventually } from '../../support/eventually.ts'
import { expectStopInMidStream, expectStopOfWholeAnswer } from '../../support/leaving-client.ts'
import { settled } from '../../support/manual-clock.ts'
import {
  RESPONSES,
  createResponsesNode,
  createTurnstile,
  eventsOf,
  refusal,
  respond,
  streamed,
} from '../../support/scripted-responses.ts'
import type { ScriptedNode } from '../../support/scripted-node.ts'
import { createTestResponseStore } from '../../support/test-response-store.ts'
import { jsonOf } from '../../support/wire-json.ts'
import type { WireJson } from '../../support/wire-json.ts'

const FIRST = `${RESPONSES}/resp_00000001`
const KEEP_ALIVE_MS = 30_000

const get = ({ app }: ScriptedNode, path: string): Promise<WireJson> => jsonOf(callApp(app, path))
const statusOf = async (node: ScriptedNode, path: string): Promise<string> => (await get(node, path)).status

/** Reads frames as they come. */
const readerOf = (response: Response) => {
  const reader = response.body!.getReader()
  const decoder = new TextDecoder()
  return {
    next: async (): Promise<string> => decoder.decode((await reader.read()).value),
    leave: () => reader.cancel(),
  }
}

describe('a stored response', () => {
  test('is found again, whole and as its events from any of them on', async () => {
    const node = createResponsesNode()
    const told = await streamed(node, { input: 'hi' })
    expect(await get(node, FIRST)).toEqual(told.at(-1).response)
    expect(await eventsOf(await callApp(node.app, `${FIRST}?stream=true`))).toEqual(told)
    const rest = await eventsOf(await callApp(node.app, `${FIRST}?stream=true&starting_after=3`))
    expect(rest).toEqual(told.slice(4))
    expect(await eventsOf(await callApp(node.app, `${FIRST}?stream=true&starting_after=99`))).toEqual([])
  })

  test('has no events when it was not streamed', async () => {
    const node = createResponsesNode()
    await respond(node, { input: 'hi' })
    expect(await refusal(node, `${FIRST}?stream=true`, {})).toMatchObject({ status: 400, param: 'stream' })
  })

  test.each(['x', '-1', '1.5', '99999999999999999999'])('cannot be followed from %p on', async (number) => {
    const node = createResponsesNode()
    await streamed(node, { input: 'hi' })
    expect(await refusal(node, `${FIRST}?stream=true&starting_after=${number}`, {})).toMatchObject({
      status: 400,
      param: 'starting_after',
    })
  })

  test('is never found again when it was not to be stored', async () => {
    const node = createResponsesNode()
    const { id } = await respond(node, { input: 'hi', store: false })
    for (const path of ['', '/input_items', '?stream=true'])
      expect(await refusal(node, `${RESPONSES}/${id}${path}`, {})).toMatchObject({
        status: 404,
        type: 'not_found',
      })
    for (const init of [{ method: 'DELETE' }, { method: 'POST' }])
      expect(
        (await callApp(node.app, `${RESPONSES}/${id}${init.method === 'POST' ? '/cancel' : ''}`, init))
          .status,
      ).toBe(404)
  })

  test('is deleted for good, and its items with it', async () => {
    const node = createResponsesNode()
    const { output } = await respond(node, { input: 'hi' })
    const deleted = await jsonOf(callApp(node.app, FIRST, { method: 'DELETE' }))
    expect(deleted).toEqual({ id: 'resp_00000001', object: 'response.deleted', deleted: true })
    expect((await callApp(node.app, FIRST)).status).toBe(404)
    expect((await callApp(node.app, FIRST, { method: 'DELETE' })).status).toBe(404)
    const reference = { json: { input: [{ type: 'item_reference', id: output[0].id }] } }
    expect(await refusal(node, RESPONSES, reference)).toMatchObject({ status: 400, param: 'input[0].id' })
  })

  test('makes room for newer ones', async () => {
    const node = createResponsesNode({ responses: { store: createTestResponseStore(), keep: 2 } })
    for (const input of ['a', 'b', 'c']) await respond(node, { input })
    expect((await callApp(node.app, FIRST)).status).toBe(404)
    expect(await statusOf(node, `${RESPONSES}/resp_00000003`)).toBe('completed')
  })

  test('lists what it was made from, page by page', async () => {
    const node = createResponsesNode()
    await respond(node, { input: ['a', 'b', 'c'].map((content) => ({ role: 'user', content })) })
    const texts = (page: WireJson): string => page.data.map((item: WireJson) => item.content[0].text).join('')
    const newest = await get(node, `${FIRST}/input_items?limit=2`)
    expect([texts(newest), newest.has_more, newest.object]).toEqual(['cb', true, 'list'])
    expect([newest.first_id, newest.last_id]).toEqual([newest.data[0].id, newest.data[1].id])
    const rest = await get(node, `${FIRST}/input_items?limit=2&after=${newest.last_id}`)
    expect([texts(rest), rest.has_more]).toEqual(['a', false])
    expect(texts(await get(node, `${FIRST}/input_items?order=asc`))).toBe('abc')
    for (const query of ['limit=0', 'limit=x', 'order=up', 'after=msg_x'])
      expect(await refusal(node, `${FIRST}/input_items?${query}`, {})).toMatchObject({
        status: 400,
        param: query.split('=')[0],
      })
  })
})

describe('a conversation', () => {
  test('goes on from a response: its input and output come first, its instructions do not', async () => {
    const node = createResponsesNode()
    await respond(node, { input: 'one', instructions: 'Once.' })
    await respond(node, { input: 'two', previous_response_id: 'resp_00000001' })
    // What was said is kept as long as someone needs it.
    await callApp(node.app, FIRST, { method: 'DELETE' })
    const third = await respond(node, { input: 'three', previous_response_id: 'resp_00000002' })
    expect(third.previous_response_id).toBe('resp_00000002')
    const prompt = node.driver.requests.at(-1)?.prompt
    const said =
      prompt?.type === 'chat'
        ? prompt.messages.map(({ role, parts }) => [role, (parts[0] as WireJson).text])
        : []
    expect(said).toEqual([
      ['user', 'one'],
      ['assistant', 'Hello from the script.'],
      ['user', 'two'],
      ['assistant', 'Hello from the script.'],
      ['user', 'three'],
    ])
  })

  test('answers the calls of the response that it goes on from', async () => {
    const node = createResponsesNode()
    const tools = [{ type: 'function', name: 'add', parameters: { type: 'object', properties: {} } }]
    node.driver.script = [
      { toolCalls: [{ id: 'call_1', name: 'add', arguments: ['{}'] }] },
      { pieces: ['5.'] },
    ]
    const asked = await respond(node, { input: 'Add.', tools })
    const answered = await respond(node, {
      previous_response_id: asked.id,
      input: [{ type: 'function_call_output', call_id: 'call_1', output: '5' }],
    })
    expect(answered.output[0].content[0].text).toBe('5.')
    expect(node.driver.requests.at(-1)?.prompt).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant', parts: [{ type: 'tool-call' }] },
        { role: 'tool', name: 'add' },
      ],
    })
  })

  test('refers to items of stored responses', async () => {
    const node = createResponsesNode()
    const { output } = await respond(node, { input: 'hi' })
    await respond(node, { input: [{ id: output[0].id }, { role: 'user', content: 'Why?' }] })
    expect(node.driver.requests.at(-1)?.prompt).toMatchObject({
      messages: [{ role: 'assistant', parts: [{ text: 'Hello from the script.' }] }, { role: 'user' }],
    })
  })
})

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
      const { output } = await get(node, FIRST)
      return output[0]?.content[0]?.text === 'Hello from'
    })
    letThrough(9)
    await eventually('it is done', async () => (await statusOf(node, FIRST)) === 'completed')
    expect((await get(node, FIRST)).usage.output_tokens).toBe(5)
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
    expect(await get(node, FIRST)).toEqual(cancelled)
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
    expect((await get(node, FIRST)).error).toEqual({ code: 'invalid_prompt', message: 'Too long by far.' })
  })

  test('cannot be gone on from before it is done', async () => {
    const node = createResponsesNode()
    node.driver.script = { gate: createTurnstile().gate }
    await respond(node, { input: 'hi', background: true })
    const next = { json: { input: 'and?', previous_response_id: 'resp_00000001' } }
    expect(await refusal(node, RESPONSES, next)).toMatchObject({ status: 409, param: 'previous_response_id' })
  })
})

describe('a failure', () => {
  test.each([false, true])(
    'before the first event is a plain refusal, and nothing is stored (stream %p)',
    async (stream) => {
      const node = createResponsesNode()
      node.driver.script = { refuses: new Fault('overloaded', 'No room.', { retryAfterSeconds: 2 }) }
      const response = await callApp(node.app, RESPONSES, { json: { input: 'hi', stream } })
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
      expect((await callApp(node.app, FIRST)).status).toBe(404)
    },
  )

  test('in the middle of a whole answer is a model_error, and the response is kept as failed', async () => {
    const node = createResponsesNode()
    node.driver.script = { failsAfter: 2 }
    expect(await refusal(node, RESPONSES, { json: { input: 'hi' } })).toMatchObject({
      status: 500,
      type: 'model_error',
    })
    expect(await get(node, FIRST)).toMatchObject({
      status: 'failed',
      error: { code: 'server_error' },
      output: [{ status: 'incomplete', content: [{ text: 'Hello from' }] }],
    })
  })

  test('in mid-stream ends it with error, response.failed and [DONE]', async () => {
    const node = createResponsesNode()
    node.driver.script = { failsAfter: 1 }
    const events = await streamed(node, { input: 'hi' })
    expect(events.at(-2)).toMatchObject({
      type: 'error',
      code: 'engine_failed',
      error: { type: 'model_error' },
      sequence_number: events.length - 2,
    })
    expect(events.at(-1)).toMatchObject({ type: 'response.failed', response: { status: 'failed' } })
    expect(await eventsOf(await callApp(node.app, `${FIRST}?stream=true`))).toEqual(events)
  })

  test('of our own tells nothing of what is inside', async () => {
    const node = createResponsesNode()
    node.driver.script = { gate: () => Promise.reject(new Error('secret /etc/passwd')) }
    const body = JSON.stringify([await streamed(node, { input: 'hi' }), await get(node, FIRST)])
    expect(body).not.toContain('secret')
  })
})

describe('a client that leaves', () => {
  test('in mid-stream stops the engine', () => expectStopInMidStream(RESPONSES, { input: 'hi' }))
  test('before a whole answer stops the engine', () => expectStopOfWholeAnswer(RESPONSES, { input: 'hi' }))

  test('leaves a response behind that is cancelled', async () => {
    const node = createResponsesNode()
    const { gate, let: letThrough } = createTurnstile()
    node.driver.script = { gate }
    const reader = readerOf(await callApp(node.app, RESPONSES, { json: { input: 'hi', stream: true } }))
    letThrough(1)
    while (!(await reader.next()).includes('output_text.delta'));
    await reader.leave()
    await settled()
    expect(await get(node, FIRST)).toMatchObject({
      status: 'cancelled',
      output: [{ content: [{ text: 'Hello' }] }],
    })
  })

  test('finds its stream ended when another one cancels the response', async () => {
    const node = createResponsesNode()
    node.driver.script = { gate: createTurnstile().gate }
    const response = await callApp(node.app, RESPONSES, { json: { input: 'hi', stream: true } })
    await callApp(node.app, `${FIRST}/cancel`, { method: 'POST' })
    const events = await eventsOf(response)
    expect(events.at(-1)).toMatchObject({ type: 'response.incomplete', response: { status: 'cancelled' } })
  })
})

describe('after a restart of the service', () => {
  test('responses, their items and their events are as they were', async () => {
    const store = createTestResponseStore()
    const before = createResponsesNode({ responses: { store } })
    const told = await streamed(before, { input: 'hi' })
    const after = createResponsesNode({ responses: { store }, createId: () => 'later' })
    expect(await get(after, FIRST)).toEqual(told.at(-1).response)
    expect(await eventsOf(await callApp(after.app, `${FIRST}?stream=true`))).toEqual(told)
    await respond(after, { input: 'Go on.', previous_response_id: 'resp_00000001' })
    expect(after.driver.requests[0]?.prompt).toMatchObject({ messages: [{}, { role: 'assistant' }, {}] })
  })

  test('what was being written has failed, and says why', async () => {
    const store = createTestResponseStore()
    const before = createResponsesNode({ responses: { store } })
    before.driver.script = { gate: createTurnstile().gate }
    await respond(before, { input: 'hi', background: true, stream: false })
    await callApp(before.app, RESPONSES, { json: { input: 'hi', background: true, stream: true } })
    await eventually(
      'both are at work',
      async () => (await statusOf(before, `${RESPONSES}/resp_00000002`)) === 'in_progress',
    )
    const after = createResponsesNode({ responses: { store } })
    for (const id of ['resp_00000001', 'resp_00000002']) {
      const { error, status } = await get(after, `${RESPONSES}/${id}`)
      expect([status, error.code]).toEqual(['failed', 'server_error'])
      expect(error.message).toContain('was stopped while it wrote this response')
    }
    const events = await eventsOf(await callApp(after.app, `${RESPONSES}/resp_00000002?stream=true`))
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index))
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['error', 'response.failed'])
  })
})

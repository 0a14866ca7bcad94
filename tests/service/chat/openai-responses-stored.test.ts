import { describe, expect, test } from 'bun:test'
import { callApp } from '../../support/call-app.ts'
import { eventually } from '../../support/eventually.ts'
import {
  FIRST,
  RESPONSES,
  createResponsesNode,
  createTurnstile,
  eventsOf,
  getJson,
  refusal,
  respond,
  statusOf,
  streamed,
} from '../../support/scripted-responses.ts'
import { createTestResponseStore } from '../../support/test-response-store.ts'
import { jsonOf } from '../../support/wire-json.ts'
import type { WireJson } from '../../support/wire-json.ts'

describe('a stored response', () => {
  test('is found again, whole and as its events from any of them on', async () => {
    const node = createResponsesNode()
    const told = await streamed(node, { input: 'hi' })
    expect(await getJson(node, FIRST)).toEqual(told.at(-1).response)
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
    const newest = await getJson(node, `${FIRST}/input_items?limit=2`)
    expect([texts(newest), newest.has_more, newest.object]).toEqual(['cb', true, 'list'])
    expect([newest.first_id, newest.last_id]).toEqual([newest.data[0].id, newest.data[1].id])
    const rest = await getJson(node, `${FIRST}/input_items?limit=2&after=${newest.last_id}`)
    expect([texts(rest), rest.has_more]).toEqual(['a', false])
    expect(texts(await getJson(node, `${FIRST}/input_items?order=asc`))).toBe('abc')
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

describe('after a restart of the service', () => {
  test('responses, their items and their events are as they were', async () => {
    const store = createTestResponseStore()
    const before = createResponsesNode({ responses: { store } })
    const told = await streamed(before, { input: 'hi' })
    const after = createResponsesNode({ responses: { store }, createId: () => 'later' })
    expect(await getJson(after, FIRST)).toEqual(told.at(-1).response)
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
      const { error, status } = await getJson(after, `${RESPONSES}/${id}`)
      expect([status, error.code]).toEqual(['failed', 'server_error'])
      expect(error.message).toContain('was stopped while it wrote this response')
    }
    const events = await eventsOf(await callApp(after.app, `${RESPONSES}/resp_00000002?stream=true`))
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index))
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['error', 'response.failed'])
  })
})

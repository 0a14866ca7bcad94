import { describe, expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { callApp } from '../../support/call-app.ts'
import { expectStopInMidStream, expectStopOfWholeAnswer } from '../../support/leaving-client.ts'
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
  streamed,
} from '../../support/scripted-responses.ts'

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
    expect(await getJson(node, FIRST)).toMatchObject({
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
    const body = JSON.stringify([await streamed(node, { input: 'hi' }), await getJson(node, FIRST)])
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
    expect(await getJson(node, FIRST)).toMatchObject({
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

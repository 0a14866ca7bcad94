import { describe, expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import type { FaultCode } from '@shared/fault/fault.ts'
import { callApp, ssePayloads } from '../../support/call-app.ts'
import { expectStopInMidStream, expectStopOfWholeAnswer } from '../../support/leaving-client.ts'
import { createScriptedNode, scriptedCard } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const MESSAGES = '/v1/messages'
const hello = { model: 'tiny', max_tokens: 50, messages: [{ role: 'user', content: 'hi' }] }
const headers = { 'x-request-id': 'r1' }

describe('a message that fails', () => {
  const failures: [FaultCode, number, string][] = [
    ['context_length_exceeded', 400, 'invalid_request_error'],
    ['unauthorized', 401, 'authentication_error'],
    ['forbidden', 403, 'permission_error'],
    ['too_large', 413, 'request_too_large'],
    ['queue_full', 429, 'rate_limit_error'],
    ['engine_failed', 500, 'api_error'],
    ['overloaded', 503, 'overloaded_error'],
  ]
  test.each(failures)('with %s has status %d and type %s, streamed or not', async (code, status, type) => {
    for (const stream of [false, true]) {
      const { app, driver } = createScriptedNode()
      const details = { position: 3 }
      driver.script = { refuses: new Fault(code, 'No.', { details, retryAfterSeconds: 2 }) }
      const response = await callApp(app, MESSAGES, { json: { ...hello, stream }, headers })
      expect(response.status).toBe(status)
      expect(response.headers.get('retry-after')).toBe('2')
      expect(await response.json()).toEqual({
        type: 'error',
        error: { type, message: 'No.', details: { position: 3, error_code: code } },
        request_id: 'r1',
      })
    }
  })

  test('in mid-stream ends with an error event that names the request', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { failsAfter: 2 }
    const response = await callApp(app, MESSAGES, { json: { ...hello, stream: true }, headers })
    const body = await response.text()
    expect(response.status).toBe(200)
    expect(body).toContain('event: error\ndata: {"type":"error"')
    expect(ssePayloads(body).at(-1)).toMatchObject({
      type: 'error',
      error: { type: 'api_error', details: { error_code: 'engine_failed' } },
      request_id: 'r1',
    })
  })

  test('without knowing why tells nothing of what is inside', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { gate: () => Promise.reject(new Error('secret /etc/passwd')) }
    for (const stream of [false, true]) {
      const body = await (await callApp(app, MESSAGES, { json: { ...hello, stream } })).text()
      expect(body).not.toContain('secret')
      expect(body).toContain('Something went wrong inside Skein')
    }
  })

  test('gives the engine back every time', async () => {
    const { app, driver, pool } = createScriptedNode()
    driver.script = { failsAfter: 1 }
    await (await callApp(app, MESSAGES, { json: { ...hello, stream: true } })).text()
    await callApp(app, MESSAGES, { json: hello })
    expect((await pool.reports())[0]?.activeRequests).toBe(0)
  })

  test('over its model says so: not there, broken, none at all', async () => {
    const unknown = await callApp(createScriptedNode().app, MESSAGES, { json: { ...hello, model: 'gpt-99' } })
    expect(unknown.status).toBe(404)
    expect((await jsonOf(unknown)).error).toMatchObject({
      type: 'not_found_error',
      details: { error_code: 'model_not_found', param: 'model' },
    })
    const cards = [scriptedCard('tiny', { defect: 'the header is cut off.' })]
    const broken = await callApp(createScriptedNode({ cards }).app, MESSAGES, { json: hello })
    expect(broken.status).toBe(422)
    expect((await jsonOf(broken)).error.message).toContain('the header is cut off.')
    const none = await callApp(createScriptedNode({ cards: [] }).app, MESSAGES, {
      json: { ...hello, model: '' },
    })
    expect(none.status).toBe(503)
    expect((await jsonOf(none)).error).toMatchObject({
      type: 'api_error',
      details: { error_code: 'no_model' },
    })
  })

  test('over its route is told in the envelope', async () => {
    const { app } = createScriptedNode()
    for (const path of ['/v1/messages/batches', '/messages/nothing']) {
      const response = await callApp(app, path, { json: {}, headers })
      expect(response.status).toBe(404)
      expect(await jsonOf(response)).toMatchObject({
        error: { type: 'not_found_error' },
        request_id: 'r1',
      })
    }
  })
})

describe('a client of messages that leaves', () => {
  test('in mid-stream stops the engine and frees it', () => expectStopInMidStream(MESSAGES, hello))

  test('while a whole answer is made stops the engine and frees it', () =>
    expectStopOfWholeAnswer(MESSAGES, hello))
})

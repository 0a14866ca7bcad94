import { describe, expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { callApp, ssePayloads } from '../../support/call-app.ts'
import { expectStopInMidStream, expectStopOfWholeAnswer } from '../../support/leaving-client.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const CHAT = '/v1/chat/completions'
const hello = { model: 'tiny', messages: [{ role: 'user', content: 'hi' }] }

describe('a chat completion that fails', () => {
  test('before the first event answers with the status of the fault, streamed or not', async () => {
    for (const stream of [false, true]) {
      const { app, driver } = createScriptedNode()
      driver.script = {
        refuses: new Fault('context_length_exceeded', 'Too long by far.', { param: 'messages' }),
      }
      const response = await callApp(app, CHAT, { json: { ...hello, stream } })
      expect(response.status).toBe(400)
      expect((await jsonOf(response)).error).toMatchObject({
        code: 'context_length_exceeded',
        type: 'invalid_request_error',
        param: 'messages',
      })
    }
  })

  test('in mid-stream ends with an error event and [DONE]', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { failsAfter: 2 }
    const response = await callApp(app, CHAT, { json: { ...hello, stream: true } })
    const body = await response.text()
    expect(response.status).toBe(200)
    expect(body).toContain('event: error\ndata: {"error":{')
    const payloads = ssePayloads(body)
    expect(payloads.at(-1)).toBe('[DONE]')
    expect(payloads.at(-2).error).toMatchObject({ type: 'server_error', code: 'engine_failed' })
  })

  test('without knowing why tells nothing of what is inside', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { gate: () => Promise.reject(new Error('secret /etc/passwd')) }
    for (const stream of [false, true]) {
      const body = await (await callApp(app, CHAT, { json: { ...hello, stream } })).text()
      expect(body).not.toContain('secret')
      expect(body).toContain('Something went wrong inside Skein')
    }
  })

  test('gives the engine back every time', async () => {
    const { app, driver, pool } = createScriptedNode()
    driver.script = { failsAfter: 1 }
    await (await callApp(app, CHAT, { json: { ...hello, stream: true } })).text()
    await callApp(app, CHAT, { json: hello })
    expect((await pool.reports())[0]?.activeRequests).toBe(0)
  })
})

describe('a client that leaves', () => {
  test('in mid-stream stops the engine and frees it', () => expectStopInMidStream(CHAT, hello))

  test('while a whole answer is made stops the engine and frees it', () =>
    expectStopOfWholeAnswer(CHAT, hello))
})

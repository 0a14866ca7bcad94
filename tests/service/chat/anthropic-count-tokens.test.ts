import { describe, expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { callApp } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const COUNT = '/v1/messages/count_tokens'
const hello = { model: 'tiny', messages: [{ role: 'user', content: 'hi' }] }

describe('a count of tokens', () => {
  test('is the engine’s own, of the prompt that a message would have', async () => {
    const { app, driver } = createScriptedNode()
    const tools = [{ name: 'f', description: 'Does it.', input_schema: { type: 'object' } }]
    const json = { ...hello, system: 'Be brief.', tools, thinking: { type: 'adaptive' } }
    for (const path of [COUNT, '/messages/count_tokens']) {
      const response = await callApp(app, path, { json })
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ input_tokens: 7 })
    }
    await callApp(app, '/v1/messages', { json: { ...json, max_tokens: 1 } })
    expect(driver.counted).toHaveLength(2)
    expect(driver.counted[0]).toEqual(driver.requests[0]?.prompt)
    expect(driver.counted[0]).toMatchObject({ tools: [{ name: 'f' }], reasoning: { isEnabled: true } })
  })

  test('leaves out the tools that the model may not call, and warns like a message', async () => {
    const { app, driver } = createScriptedNode()
    const tools = [{ name: 'f', input_schema: {}, defer_loading: true }]
    const response = await callApp(app, COUNT, { json: { ...hello, tools, tool_choice: { type: 'none' } } })
    expect(response.headers.get('x-skein-warnings')).toContain("'defer_loading'")
    expect(driver.counted[0]).not.toHaveProperty('tools')
  })

  test('gives the engine back, whatever happens', async () => {
    const { app, driver, pool } = createScriptedNode()
    await callApp(app, COUNT, { json: hello })
    driver.script = { refuses: new Fault('context_length_exceeded', 'Too long by far.') }
    const response = await callApp(app, COUNT, { json: hello })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error.details.error_code).toBe('context_length_exceeded')
    expect((await pool.reports())[0]?.activeRequests).toBe(0)
  })

  test('ends when the client leaves', async () => {
    const { app, driver, pool } = createScriptedNode()
    const client = new AbortController()
    const { promise: started, resolve } = Promise.withResolvers<void>()
    driver.script = {
      gate: (signal) => {
        resolve()
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        })
      },
    }
    const response = callApp(app, COUNT, { json: hello, signal: client.signal })
    await started
    client.abort()
    expect((await response).status).toBe(499)
    expect((await pool.reports())[0]?.activeRequests).toBe(0)
  })

  const refusals: [string, object, number, RegExp][] = [
    ['no messages', { model: 'tiny' }, 400, /messages/],
    ['no model', { messages: hello.messages }, 400, /model/],
    ['a model that is not there', { ...hello, model: 'gpt-99' }, 404, /'gpt-99'/],
    ['a tool without a schema', { ...hello, tools: [{ name: 'f' }] }, 400, /'tools.0.input_schema'/],
    ['a wrong format', { ...hello, output_config: { format: {} } }, 400, /'json_schema'/],
    ['an image', { ...hello, messages: [{ role: 'user', content: [{ type: 'image' }] }] }, 400, /source/],
  ]
  test.each(refusals)('refuses %s', async (_, json, status, message) => {
    const { app, driver } = createScriptedNode()
    const response = await callApp(app, COUNT, { json })
    expect(response.status).toBe(status)
    expect((await jsonOf(response)).error.message).toMatch(message)
    expect(driver.counted).toEqual([])
  })
})

import { describe, expect, test } from 'bun:test'
import type { ReasoningWish } from '@shared/inference/generate-request.ts'
import { callApp, ssePayloads } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const MESSAGES = '/v1/messages'
const hello = { model: 'tiny', max_tokens: 50, messages: [{ role: 'user', content: 'hi' }] }

describe('thinking', () => {
  const enabled = (budget_tokens: number) => ({ thinking: { type: 'enabled', budget_tokens } })
  const wishes: [string, object, ReasoningWish | undefined, boolean][] = [
    ['that nobody asked for', {}, undefined, false],
    ['that is not wanted', { thinking: { type: 'disabled' } }, { isEnabled: false }, false],
    ['as the model likes', { thinking: { type: 'adaptive' } }, { isEnabled: true }, false],
    ['a little', enabled(1024), { isEnabled: true, effort: 'low' }, true],
    ['some', enabled(8192), { isEnabled: true, effort: 'medium' }, true],
    ['a lot', enabled(31_999), { isEnabled: true, effort: 'high' }, true],
    ['by effort', { output_config: { effort: 'max' } }, { effort: 'high' }, false],
    [
      'by effort before the budget',
      { ...enabled(31_999), output_config: { effort: 'low' } },
      { isEnabled: true, effort: 'low' },
      true,
    ],
    ['in secret', { thinking: { type: 'adaptive', display: 'omitted' } }, { isEnabled: true }, true],
  ]
  test.each(wishes)('%s', async (_, change, expected, isWarned) => {
    const { app, driver } = createScriptedNode()
    const response = await callApp(app, MESSAGES, { json: { ...hello, ...change } })
    expect(response.status).toBe(200)
    expect(response.headers.has('x-skein-warnings')).toBe(isWarned)
    const prompt = driver.requests[0]?.prompt
    expect(prompt?.type === 'chat' && prompt.reasoning).toEqual(expected)
  })

  test('comes first, and is cut off by the budget like everything else', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { reasoning: ['Let', ' me', ' see.'], pieces: ['Yes.'] }
    const reply = await jsonOf(callApp(app, MESSAGES, { json: hello }))
    expect(reply.content).toEqual([
      { type: 'thinking', thinking: 'Let me see.', signature: '' },
      { type: 'text', text: 'Yes.', citations: null },
    ])
    expect(reply.usage.output_tokens_details).toEqual({ thinking_tokens: 3 })
    const cut = await jsonOf(callApp(app, MESSAGES, { json: { ...hello, max_tokens: 2 } }))
    expect(cut).toMatchObject({
      stop_reason: 'max_tokens',
      content: [{ type: 'thinking', thinking: 'Let me' }],
    })
  })

  test('that fails in its middle ends with an error event, its block left open', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { reasoning: ['Let', ' me'], failsAfter: 1 }
    const body = await (await callApp(app, MESSAGES, { json: { ...hello, stream: true } })).text()
    expect(ssePayloads(body).map(({ type }) => type)).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      'content_block_delta',
      'error',
    ])
  })
})

describe('the form of an answer', () => {
  const schema = { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: false }
  const format = { type: 'json_schema', schema }
  const forms: [string, object][] = [
    ['as it is written now', { output_config: { format } }],
    ['as it was written first', { output_format: format }],
    ['as both write it', { output_config: { format, effort: null }, output_format: { type: 'json_schema' } }],
  ]
  test.each(forms)('reaches the engine %s', async (_, change) => {
    const { app, driver } = createScriptedNode()
    expect((await callApp(app, MESSAGES, { json: { ...hello, ...change } })).status).toBe(200)
    expect(driver.requests[0]?.output).toEqual({ type: 'json-schema', schema })
  })

  test('is free when nobody asks, and a budget for a task is warned of', async () => {
    const { app, driver } = createScriptedNode()
    const output_config = { format: null, task_budget: { type: 'tokens', total: 9 } }
    const response = await callApp(app, MESSAGES, { json: { ...hello, output_config } })
    expect(response.headers.get('x-skein-warnings')).toContain("'output_config.task_budget'")
    expect(driver.requests[0]).not.toHaveProperty('output')
  })
})

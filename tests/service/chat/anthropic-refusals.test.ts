import { describe, expect, test } from 'bun:test'
import { callApp } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const MESSAGES = '/v1/messages'
const hello = { model: 'tiny', max_tokens: 50, messages: [{ role: 'user', content: 'hi' }] }
const user = (content: unknown) => ({ role: 'user', content })
const assistant = (content: unknown) => ({ role: 'assistant', content })

describe('what a message refuses', () => {
  const block = (value: unknown) => ({ ...hello, messages: [user([value])] })
  const BLOCK = 'messages.0.content.0'
  const source = { type: 'base64', media_type: 'image/png', data: 'AAAA' }
  const refusals: [string, object, string | undefined, RegExp][] = [
    ['no model', { ...hello, model: undefined }, 'model', /model/],
    ['no budget', { ...hello, max_tokens: undefined }, 'max_tokens', /max_tokens/],
    ['a budget below 0', { ...hello, max_tokens: -1 }, 'max_tokens', /max_tokens/],
    ['no messages', { ...hello, messages: undefined }, 'messages', /messages/],
    ['empty messages', { ...hello, messages: [] }, 'messages', /messages/],
    ['nothing but an empty answer', { ...hello, messages: [assistant('')] }, 'messages', /with content/],
    ['a message that is a string', { ...hello, messages: ['hi'] }, 'messages.0', /an object, but got a str/],
    ['no role', { ...hello, messages: [{ content: 'x' }] }, 'messages.0.role', /got nothing/],
    ['a strange role', { ...hello, messages: [{ role: 'tool', content: 'x' }] }, 'messages.0.role', /'tool'/],
    ['content of the wrong type', { ...hello, messages: [user(5)] }, 'messages.0.content', /an integer/],
    ['an empty message', { ...hello, messages: [user(''), assistant('a'), user('b')] }, 'messages.0', /no con/],
    ['a prefill', { ...hello, messages: [user('a'), assistant('b')] }, 'messages.1', /prefill/],
    ['a system of the wrong type', { ...hello, system: 7 }, 'system', /an integer/],
    ['a system image', { ...hello, system: [{ type: 'image', source }] }, 'system.0.type', /'image'/],
    ['a block that is a string', block('hi'), BLOCK, /an object/],
    ['a block without a type', block({ text: 'a' }), `${BLOCK}.type`, /got nothing/],
    ['a text block without text', block({ type: 'text' }), `${BLOCK}.text`, /got nothing/],
    ['an image', block({ type: 'image', source }), `${BLOCK}.type`, /'image'.*'text' only/],
    ['an image by URL', block({ type: 'image', source: { type: 'url', url: 'u' } }), `${BLOCK}.type`, /'image'/],
    ['an image of nothing', block({ type: 'image' }), `${BLOCK}.source`, /an object/],
    ['an image from nowhere', block({ type: 'image', source: { type: 'x' } }), `${BLOCK}.source.type`, /'x' is n/],
    ['half an image', block({ type: 'image', source: { ...source, data: 1 } }), `${BLOCK}.source.data`, /string/],
    ['a document', block({ type: 'document', source: { ...source, type: 'text' } }), `${BLOCK}.type`, /'docum/],
    ['a use of a tool', block({ type: 'tool_use', id: 'i', name: 'n', input: {} }), `${BLOCK}.type`, /'tool_use'/],
    ['a use of a tool for nothing', block({ type: 'tool_use', id: 'i', name: 'n' }), `${BLOCK}.input`, /object/],
    ['a result of a tool', block({ type: 'tool_result', tool_use_id: 'i' }), `${BLOCK}.type`, /'tool_result'/],
    ['a result for no tool', block({ type: 'tool_result' }), `${BLOCK}.tool_use_id`, /a string/],
    ['thoughts', block({ type: 'thinking', thinking: 't', signature: 's' }), `${BLOCK}.type`, /'thinking'/],
    ['thoughts that nobody signed', block({ type: 'thinking', thinking: 't' }), `${BLOCK}.signature`, /string/],
    ['hidden thoughts', block({ type: 'redacted_thinking', data: 'd' }), `${BLOCK}.type`, /'redacted_thinking'/],
    ['a block of tomorrow', block({ type: 'constructor' }), `${BLOCK}.type`, /'constructor'/],
    ['tools', { ...hello, tools: [{ name: 'f', input_schema: {} }] }, 'tools', /not supported/],
    ['the choice of a tool', { ...hello, tool_choice: { type: 'any' } }, 'tool_choice', /not supported/],
    ['thinking', { ...hello, thinking: { type: 'enabled', budget_tokens: 1024 } }, 'thinking', /not supported/],
    ['a format', { ...hello, output_config: { format: { type: 'json_schema' } } }, 'output_config', /not supp/],
    ['a temperature beyond 1', { ...hello, temperature: 1.1 }, 'temperature', /temperature/],
    ['a stop that is a string', { ...hello, stop_sequences: 'a' }, 'stop_sequences', /array/],
    ['an empty stop', { ...hello, stop_sequences: [''] }, 'stop_sequences.0', /stop_sequences/],
    ['stream in words', { ...hello, stream: 'yes' }, 'stream', /boolean/],
  ] // prettier-ignore
  test.each(refusals)('%s', async (_, body, param, message) => {
    const { app, driver } = createScriptedNode()
    const response = await callApp(app, MESSAGES, { json: body })
    const reply = await jsonOf(response)
    expect(response.status).toBe(400)
    expect(reply).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', details: { error_code: 'invalid_request', param } },
      request_id: null,
    })
    expect(reply.error.message).toMatch(message)
    expect(driver.requests).toHaveLength(0)
  })

  test('malformed JSON', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, MESSAGES, { method: 'POST', body: '{"model": ' })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error.message).toBe('The request body is not valid JSON.')
  })
})

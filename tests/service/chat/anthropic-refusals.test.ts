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
  const said = (value: unknown) => ({ ...hello, messages: [assistant([value]), user('b')] })
  const thinking = (budget_tokens: number) => ({ ...hello, thinking: { type: 'enabled', budget_tokens } })
  const format = (value: unknown) => ({ ...hello, output_config: { format: value } })
  const edits = (...list: unknown[]) => ({ ...hello, context_management: { edits: list } })
  const deep = JSON.parse('{"a":'.repeat(100) + '1' + '}'.repeat(100))
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
    ['an image of nothing', block({ type: 'image' }), `${BLOCK}.source`, /an object/],
    ['an image from nowhere', block({ type: 'image', source: { type: 'x' } }), `${BLOCK}.source.type`, /'x', which/],
    ['half an image', block({ type: 'image', source: { ...source, data: 1 } }), `${BLOCK}.source.data`, /data URL/],
    ['an image that is none', block({ type: 'image', source }), `${BLOCK}.source.data`, /no image/],
    ['a path of an image', block({ type: 'image', source: { type: 'url', url: '/etc/x' } }), `${BLOCK}.source.url`, /not op/],
    ['a file of an image', block({ type: 'image', source: { type: 'file', file_id: 'f' } }), `${BLOCK}.source.type`, /Files/],
    ['a document', block({ type: 'document', source: { ...source, type: 'text' } }), `${BLOCK}.type`, /read documents/],
    ['a search result', block({ type: 'search_result' }), `${BLOCK}.type`, /cite/],
    ['a use of a tool by the user', block({ type: 'tool_use', id: 'i', name: 'n', input: {} }), `${BLOCK}.type`, /'tool_use'/],
    ['a result of no call', block({ type: 'tool_result', tool_use_id: 'i' }), `${BLOCK}.tool_use_id`, /no tool_use/],
    ['a result for no tool', block({ type: 'tool_result' }), `${BLOCK}.tool_use_id`, /a string/],
    ['thoughts of the user', block({ type: 'thinking', thinking: 't' }), `${BLOCK}.type`, /'thinking'/],
    ['thoughts that are none', said({ type: 'thinking', signature: 's' }), `${BLOCK}.thinking`, /a string/],
    ['a signature that is none', said({ type: 'thinking', thinking: 't', signature: 1 }), `${BLOCK}.signature`, /string/],
    ['hidden thoughts that are none', said({ type: 'redacted_thinking' }), `${BLOCK}.data`, /a string/],
    ['a use of a tool for nothing', said({ type: 'tool_use', id: 'i', name: 'n' }), `${BLOCK}.input`, /object/],
    ['a use of a tool without a name', said({ type: 'tool_use', id: 'i', name: '', input: {} }), `${BLOCK}.name`, /empty/],
    ['an input without an end', said({ type: 'tool_use', id: 'i', name: 'n', input: deep }), `${BLOCK}.input`, /64 levels/],
    ['a search of Anthropic’s', said({ type: 'server_tool_use' }), `${BLOCK}.type`, /Anthropic's own servers/],
    ['a block of tomorrow', block({ type: 'constructor' }), `${BLOCK}.type`, /'constructor'.*'text', 'image', 'tool_result'/],
    ['tools that are none', { ...hello, tools: {} }, 'tools', /array/],
    ['the choice of a tool without tools', { ...hello, tool_choice: { type: 'any' } }, 'tool_choice', /no 'tools'/],
    ['thinking of an unknown kind', { ...hello, thinking: { type: 'constructor' } }, 'thinking.type', /none of enabled/],
    ['thinking without a budget', { ...hello, thinking: { type: 'enabled' } }, 'thinking.budget_tokens', /an integer/],
    ['hardly any thinking', thinking(1023), 'thinking.budget_tokens', /1024 or more/],
    ['an effort of tomorrow', { ...hello, output_config: { effort: 'toString' } }, 'output_config.effort', /low, medium/],
    ['an unknown format', format({ type: 'xml' }), 'output_config.format.type', /'json_schema'/],
    ['a format without a schema', format({ type: 'json_schema' }), 'output_config.format.schema', /an object/],
    ['a format as it was', { ...hello, output_format: { type: 'json_schema', schema: 1 } }, 'output_format.schema', /an obj/],
    ['servers of tools', { ...hello, mcp_servers: [{ type: 'url', url: 'u', name: 'n' }] }, 'mcp_servers', /not supported/],
    ['a prompt that shrinks itself', { ...hello, compaction: { type: 'x' } }, 'compaction', /not supported/],
    ['a container', { ...hello, container: 'c' }, 'container', /not supported/],
    ['a prompt that edits itself', edits({ type: 'clear_tool_uses_20250919' }), 'context_management', /not supported/],
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

  test('a conversation that the node would have to keep, in the way that clients know', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, MESSAGES, { json: { ...hello, thread: { type: 'create' } } })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error.details).toEqual({
      error_code: 'thread_unsupported_request',
      param: 'thread',
    })
    expect((await callApp(app, MESSAGES, { json: { ...hello, thread: null } })).status).toBe(200)
  })
})

import { describe, expect, test } from 'bun:test'
import { callApp } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'
import type { WireJson } from '../../support/wire-json.ts'

const MESSAGES = '/v1/messages'
const hello = { model: 'tiny', max_tokens: 50, messages: [{ role: 'user', content: 'Weather?' }] }
const toolUse = (id: string, city: string) => ({ type: 'tool_use', id, name: 'get_weather', input: { city } })
const caller = { type: 'direct' }

describe('results of tools', () => {
  const user = (...content: object[]) => ({ role: 'user', content })
  const text = (value: string) => ({ type: 'text', text: value })
  const result = (id: string, content?: unknown, is_error?: boolean) => ({
    type: 'tool_result',
    tool_use_id: id,
    content,
    is_error,
  })
  const called = {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 'of Anthropic' },
      { type: 'redacted_thinking', data: 'xyz' },
      text('Looking.'),
      { ...toolUse('toolu_1', 'Rome'), caller },
      toolUse('toolu_2', 'Oslo'),
    ],
  }
  const turnsOf = async (...content: object[]) => {
    const node = createScriptedNode()
    const messages = [...hello.messages, called, user(...content)]
    const response = await callApp(node.app, MESSAGES, { json: { ...hello, messages } })
    expect(await response.json()).toMatchObject({ type: 'message' })
    const prompt = node.driver.requests[0]?.prompt
    const turns: WireJson = prompt?.type === 'chat' && prompt.messages
    return { turns, warnings: response.headers.get('x-skein-warnings') }
  }
  const tool = (toolCallId: string, ...parts: object[]) => ({
    role: 'tool',
    name: 'get_weather',
    toolCallId,
    parts,
  })

  test('are told to the model after its calls, in the order of the message', async () => {
    const { turns, warnings } = await turnsOf(
      result('toolu_2', [text('2°'), text(' Celsius')]),
      result('toolu_1', '30°'),
      text('And now?'),
    )
    expect(turns).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'Weather?' }] },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'Hm.' },
          { type: 'text', text: 'Looking.' },
          { type: 'tool-call', id: 'toolu_1', name: 'get_weather', arguments: '{"city":"Rome"}' },
          { type: 'tool-call', id: 'toolu_2', name: 'get_weather', arguments: '{"city":"Oslo"}' },
        ],
      },
      tool('toolu_2', text('2°'), text(' Celsius')),
      tool('toolu_1', text('30°')),
      { role: 'user', parts: [{ type: 'text', text: 'And now?' }] },
    ])
    expect(warnings).toContain('redacted_thinking')
  })

  test('may stand between two texts, and be empty', async () => {
    const { turns } = await turnsOf(text('a'), result('toolu_1'), result('toolu_2', ''), text('b'))
    expect(turns.slice(2).map(({ role, parts }: WireJson) => [role, parts])).toEqual([
      ['user', [text('a')]],
      ['tool', []],
      ['tool', [text('')]],
      ['user', [text('b')]],
    ])
  })

  test('that are errors say so in words', async () => {
    const { turns } = await turnsOf(
      result('toolu_1', 'no such city', true),
      result('toolu_2', [text('Error: timeout')], true),
      result('toolu_1', undefined, true),
      result('toolu_1', 'fine', false),
    )
    expect(turns.slice(2).flatMap(({ parts }: WireJson) => parts)).toEqual([
      { type: 'text', text: 'Error: no such city' },
      { type: 'text', text: 'Error: timeout' },
      { type: 'text', text: 'Error: the tool failed.' },
      { type: 'text', text: 'fine' },
    ])
  })

  test('and messages may have images, which are not opened here', async () => {
    const data =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    const png = { type: 'image', source: { type: 'base64', media_type: 'image/png', data } }
    const web = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }
    const { turns } = await turnsOf(result('toolu_1', [png, text('a map')]), web)
    const base64 = { type: 'base64', mediaType: 'image/png', data }
    expect(turns.slice(2).map(({ parts }: WireJson) => parts)).toEqual([
      [
        { type: 'image', source: base64, field: 'messages.2.content.0.content.0.source.data' },
        { type: 'text', text: 'a map' },
      ],
      [
        {
          type: 'image',
          source: { type: 'url', url: 'https://example.com/a.png' },
          field: 'messages.2.content.1.source.url',
        },
      ],
    ])
  })

  const refusals: [string, object, string, RegExp][] = [
    ['an unknown id', result('toolu_9', 'x'), 'tool_use_id', /'toolu_9'/],
    ['an error in words', { ...result('toolu_1', 'x'), is_error: 'yes' }, 'is_error', /a boolean/],
    ['content that is a number', result('toolu_1', 5), 'content', /an integer/],
    ['a document', result('toolu_1', [{ type: 'document' }]), 'content.0.type', /documents/],
    ['a result in a result', result('toolu_1', [result('toolu_1')]), 'content.0.type', /the result of a tool/],
    ['a reference', result('toolu_1', [{ type: 'tool_reference', tool_name: 'x' }]), 'content.0.type', /search for tools/],
  ] // prettier-ignore
  test.each(refusals)('are refused: %s', async (_, block, field, message) => {
    const { app } = createScriptedNode()
    const json = { ...hello, messages: [...hello.messages, called, user(block)] }
    const response = await callApp(app, MESSAGES, { json })
    expect(response.status).toBe(400)
    const { error } = await jsonOf(response)
    expect(error.details.param).toBe(`messages.2.content.0.${field}`)
    expect(error.message).toMatch(message)
  })
})

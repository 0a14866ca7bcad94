import { describe, expect, test } from 'bun:test'
import { callApp } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const CHAT = '/v1/chat/completions'
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const post = async (messages: readonly unknown[]) => {
  const { app, driver } = createScriptedNode()
  const response = await callApp(app, CHAT, { json: { model: 'tiny', messages } })
  return { response, prompt: driver.requests[0]?.prompt }
}

const messagesOf = async (messages: readonly unknown[]) => {
  const { prompt } = await post(messages)
  return prompt?.type === 'chat' ? prompt.messages : undefined
}

const text = (words: string) => ({ type: 'text' as const, text: words })

describe('the messages of a chat completion', () => {
  test('are of every role that OpenAI has', async () => {
    expect(
      await messagesOf([
        { role: 'developer', content: 'Be kind.' },
        { role: 'user', content: [text('a'), text('b')], name: 'ann' },
        { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
        { role: 'assistant', content: null, refusal: 'Never.' },
        { role: 'assistant', content: null },
      ]),
    ).toEqual([
      { role: 'system', parts: [text('Be kind.')] },
      { role: 'user', parts: [text('a'), text('b')], name: 'ann' },
      { role: 'assistant', parts: [text('No.')] },
      { role: 'assistant', parts: [text('Never.')] },
      { role: 'assistant', parts: [] },
    ])
  })

  test('bring back the calls and their results', async () => {
    const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }
    expect(
      await messagesOf([
        { role: 'assistant', content: '', reasoning_content: 'Hm.', tool_calls: [{ index: 0, ...call }] },
        { role: 'tool', tool_call_id: 'c1', content: '42' },
        { role: 'tool', tool_call_id: 'c1', content: [text('43')] },
      ]),
    ).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'Hm.' },
          { type: 'tool-call', id: 'c1', name: 'f', arguments: '{"a":1}' },
        ],
      },
      { role: 'tool', parts: [text('42')], toolCallId: 'c1' },
      { role: 'tool', parts: [text('43')], toolCallId: 'c1' },
    ])
  })

  test('take arguments as an object and none at all', async () => {
    const call = (args: unknown) => ({ id: 'c', function: { name: 'f', arguments: args } })
    const [message] =
      (await messagesOf([
        { role: 'assistant', tool_calls: [call({ a: 1 }), call(''), call(undefined)], reasoning: 'x' },
      ])) ?? []
    expect(message?.parts.slice(1)).toEqual(
      ['{"a":1}', '{}', '{}'].map((args) => ({
        type: 'tool-call',
        id: 'c',
        name: 'f',
        arguments: args,
      })),
    )
  })

  test('bring back a former function_call, whose result belongs to the last one', async () => {
    const call = { name: 'f', arguments: '{}' }
    const messages = await messagesOf([
      { role: 'user', content: 'x' },
      { role: 'assistant', content: null, function_call: call },
      { role: 'function', name: 'f', content: '1' },
      { role: 'assistant', content: null, function_call: call },
      { role: 'function', name: 'f', content: null },
    ])
    const ids = messages?.map(({ parts: [part], toolCallId }) =>
      part?.type === 'tool-call' ? part.id : toolCallId,
    )
    expect(ids?.[1]).toBe(ids?.[2])
    expect(ids?.[3]).toBe(ids?.[4])
    expect(ids?.[1]).not.toBe(ids?.[3])
    expect(messages?.[4]).toMatchObject({ role: 'tool', name: 'f', parts: [] })
  })

  test('show images by address and as data, in each form that clients write', async () => {
    const [message] =
      (await messagesOf([
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
            { type: 'image_url', image_url: `data:image/jpeg;base64,${PNG}` },
            { type: 'image', image: { url: PNG } },
          ],
        },
      ])) ?? []
    const data = { type: 'base64', mediaType: 'image/png', data: PNG }
    expect(message?.parts).toEqual([
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' }, field: 'messages[0].content[0]' },
      { type: 'image', source: data, field: 'messages[0].content[1]' },
      { type: 'image', source: data, field: 'messages[0].content[2]' },
    ] as never) // prettier-ignore
  })

  const call = (changes: object, fn: object = {}) => ({
    role: 'assistant',
    tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}', ...fn }, ...changes }],
  })
  const part = (content: object) => ({ role: 'user', content: [content] })
  const CALL = 'messages[0].tool_calls[0]'
  const endless = () => JSON.parse('{"a":'.repeat(100) + '1' + '}'.repeat(100))
  const refusals: [string, object, string][] = [
    ['broken JSON as arguments', call({}, { arguments: '{"a":' }), `${CALL}.function.arguments`],
    ['a list as arguments', call({}, { arguments: '[1]' }), `${CALL}.function.arguments`],
    ['a number as arguments', call({}, { arguments: 1 }), `${CALL}.function.arguments`],
    ['arguments without an end', call({}, { arguments: '['.repeat(200_000) }), `${CALL}.function.arguments`],
    ['arguments of an object without an end', call({}, { arguments: endless() }), `${CALL}.function.arguments`],
    ['arguments of a text without an end', call({}, { arguments: JSON.stringify(endless()) }), `${CALL}.function.arguments`],
    ['a call whose type has no text', call({ type: { toString: 1 } }), `${CALL}.type`],
    ['a part whose type has no text', part({ type: { toString: 1 } }), 'messages[0].content[0].type'],
    ['a call without a name', call({}, { name: '' }), `${CALL}.function.name`],
    ['a call of a custom tool', call({ type: 'custom' }), `${CALL}.type`],
    ['a call whose id is a number', call({ id: 1 }), `${CALL}.id`],
    ['calls that are no list', { role: 'assistant', tool_calls: 'f' }, 'messages[0].tool_calls'],
    ['calls of the user', { ...call({}), role: 'user', content: 'x' }, 'messages[0].tool_calls'],
    ['a result of the user', { role: 'user', content: 'x', tool_call_id: 'c' }, 'messages[0].tool_call_id'],
    ['a result that answers a number', { role: 'tool', content: 'x', tool_call_id: 1 }, 'messages[0].tool_call_id'],
    ['spoken turns', { role: 'assistant', audio: { id: 'a' } }, 'messages[0].audio'],
    ['thoughts that are a list', { role: 'assistant', reasoning_content: [] }, 'messages[0].reasoning_content'],
    ['a name that is a number', { role: 'user', content: 'x', name: 1 }, 'messages[0].name'],
    ['a user who says null', { role: 'user', content: null }, 'messages[0].content'],
    ['a file', part({ type: 'file', file: { file_id: 'f' } }), 'messages[0].content[0].type'],
    ['a video', part({ type: 'video_url', video_url: { url: 'x' } }), 'messages[0].content[0].type'],
    ['a type of the prototype', part({ type: '__proto__' }), 'messages[0].content[0].type'],
    ['a role of the prototype', { role: 'constructor', content: 'x' }, 'messages[0].role'],
    ['an image without an address', part({ type: 'image_url', image_url: {} }), 'messages[0].content[0].image_url.url'],
    ['an image on a disk', part({ type: 'image_url', image_url: { url: '/etc/passwd' } }), 'messages[0].content[0].image_url.url'],
    ['a refusal without words', part({ type: 'refusal' }), 'messages[0].content[0].refusal'],
  ] // prettier-ignore
  test.each(refusals)('are refused for %s', async (_, message, param) => {
    const { response, prompt } = await post([message])
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error).toMatchObject({ type: 'invalid_request_error', param })
    expect(prompt).toBeUndefined()
  })
})

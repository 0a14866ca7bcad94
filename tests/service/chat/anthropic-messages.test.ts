import { describe, expect, test } from 'bun:test'
import { messageText } from '@shared/inference/message-text.ts'
import { callApp, ssePayloads } from '../../support/call-app.ts'
import { createScriptedNode, scriptedCard } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const MESSAGES = '/v1/messages'
const hello = { model: 'tiny', max_tokens: 50, messages: [{ role: 'user', content: 'hi' }] }
const user = (content: unknown) => ({ role: 'user', content })
const assistant = (content: unknown) => ({ role: 'assistant', content })
const text = (value: string) => ({ type: 'text', text: value })

const USAGE = {
  input_tokens: 4,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 3,
  output_tokens: 5,
  output_tokens_details: null,
  server_tool_use: null,
}

const MESSAGE_USAGE = {
  ...USAGE,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  inference_geo: null,
  service_tier: 'standard',
  speed: null,
}

describe('a message', () => {
  test('answers whole, in the shape that the official client reads', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, MESSAGES, { json: hello })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      id: 'msg_id0',
      type: 'message',
      role: 'assistant',
      model: 'tiny',
      content: [{ type: 'text', text: 'Hello from the script.', citations: null }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
      usage: MESSAGE_USAGE,
    })
  })

  test('streams named events from message_start to message_stop', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, MESSAGES, { json: { ...hello, stream: true } })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const body = await response.text()
    const payloads = ssePayloads(body)
    const names = [...body.matchAll(/^event: (.*)$/gm)].map(([, name]) => name)
    expect(names).toEqual(payloads.map(({ type }) => type))
    expect(names).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      ...Array<string>(5).fill('content_block_delta'),
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    expect(payloads[0].message).toMatchObject({
      id: 'msg_id0',
      content: [],
      stop_reason: null,
      usage: { ...MESSAGE_USAGE, output_tokens: 0 },
    })
    expect(payloads[1]).toEqual({
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'text', text: '', citations: null },
    })
    expect(payloads[3]).toEqual({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: 'Hello' },
    })
    expect(payloads.at(-2)).toEqual({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null, stop_details: null, container: null },
      usage: USAGE,
    })
  })

  test('answers on the path without /v1 too', async () => {
    const { app } = createScriptedNode()
    expect((await callApp(app, '/messages', { json: hello })).status).toBe(200)
  })

  test('passes on the sampling, the stop texts and the budget', async () => {
    const { app, driver } = createScriptedNode()
    const json = { ...hello, temperature: 0.3, top_p: 0.4, top_k: 5, stop_sequences: ['a', ' b'] }
    await callApp(app, MESSAGES, { json })
    expect(driver.requests[0]).toEqual({
      model: scriptedCard('tiny').id,
      prompt: { type: 'chat', messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] },
      sampling: { temperature: 0.3, topP: 0.4, topK: 5 },
      stop: ['a', ' b'],
      maxTokens: 50,
    })
  })

  test('reports max_tokens when the budget ends the answer', async () => {
    const { app } = createScriptedNode()
    const reply = await jsonOf(callApp(app, MESSAGES, { json: { ...hello, max_tokens: 2 } }))
    expect(reply).toMatchObject({
      stop_reason: 'max_tokens',
      content: [text('Hello from')],
      usage: { output_tokens: 2 },
    })
  })

  test('names the stop text that ended the answer, whole and streamed', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { stopText: 'END' }
    const json = { ...hello, stop_sequences: ['STOP', 'END'] }
    const stop = { stop_reason: 'stop_sequence', stop_sequence: 'END' }
    expect(await jsonOf(callApp(app, MESSAGES, { json }))).toMatchObject(stop)
    const body = await (await callApp(app, MESSAGES, { json: { ...json, stream: true } })).text()
    expect(ssePayloads(body).at(-2).delta).toMatchObject(stop)
  })

  test('without text has no content block', async () => {
    const { app } = createScriptedNode()
    const json = { ...hello, max_tokens: 0 }
    const reply = await jsonOf(callApp(app, MESSAGES, { json }))
    expect(reply).toMatchObject({ content: [], stop_reason: 'max_tokens', usage: { output_tokens: 0 } })
    const body = await (await callApp(app, MESSAGES, { json: { ...json, stream: true } })).text()
    expect(ssePayloads(body).map(({ type }) => type)).toEqual([
      'message_start',
      'message_delta',
      'message_stop',
    ])
  })

  test('takes what asks for nothing, and null for options that were left out', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, MESSAGES, {
      json: {
        ...hello, tools: [], tool_choice: { type: 'auto' }, thinking: { type: 'disabled' }, temperature: null,
        metadata: { user_id: 'u' }, service_tier: 'auto', cache_control: { type: 'ephemeral' }, system: null,
        output_config: { effort: 'low' }, mcp_servers: [], context_management: { edits: [] },
      },
    }) // prettier-ignore
    expect(response.status).toBe(200)
    expect(response.headers.has('x-skein-warnings')).toBe(false)
  })

  test('names fields that it does not know in a warning and answers all the same', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, MESSAGES, { json: { ...hello, frobnicate: 1 } })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-skein-warnings')).toContain("'frobnicate'")
  })

  test('means the loaded model when the name is empty', async () => {
    const { app } = createScriptedNode({ cards: [scriptedCard('alpha'), scriptedCard('beta')] })
    await callApp(app, MESSAGES, { json: { ...hello, model: 'beta' } })
    expect((await jsonOf(callApp(app, MESSAGES, { json: { ...hello, model: '' } }))).model).toBe('beta')
  })
})

describe('what the model reads of a message', () => {
  const conversations: [string, object, [string, string][]][] = [
    [
      'a system text before all',
      { system: 'Be brief.', messages: [user('hi')] },
      [
        ['system', 'Be brief.'],
        ['user', 'hi'],
      ],
    ],
    [
      'blocks as they are, their marks for the cache left out',
      {
        system: [{ ...text('One.'), cache_control: { type: 'ephemeral' } }, text(' Two.')],
        messages: [user([{ ...text('a'), citations: null }, text('b')])],
      },
      [
        ['system', 'One. Two.'],
        ['user', 'ab'],
      ],
    ],
    [
      'neighbours of one role as one turn',
      { messages: [user('a'), user([text('b')]), assistant('c'), assistant('d'), user('e')] },
      [
        ['user', 'a\n\nb'],
        ['assistant', 'c\n\nd'],
        ['user', 'e'],
      ],
    ],
    [
      'a system message in between',
      {
        system: 'One.',
        messages: [{ role: 'system', content: 'Two.' }, user('a'), { role: 'system', content: 'b' }],
      },
      [
        ['system', 'One.\n\nTwo.'],
        ['user', 'a'],
        ['system', 'b'],
      ],
    ],
    [
      'no answer that has yet to begin, no empty system',
      { system: '', messages: [user('a'), assistant('')] },
      [['user', 'a']],
    ],
  ]
  test.each(conversations)('%s', async (_, body, expected) => {
    const { app, driver } = createScriptedNode()
    expect((await callApp(app, MESSAGES, { json: { ...hello, ...body } })).status).toBe(200)
    const prompt = driver.requests[0]?.prompt
    const turns = prompt?.type === 'chat' ? prompt.messages : []
    expect(turns.map((turn) => [turn.role, messageText(turn)])).toEqual(expected)
  })

  test('a hundred thousand messages of one role, in good time', async () => {
    const { app, driver } = createScriptedNode()
    const messages = Array.from({ length: 100_000 }, () => user('a'))
    const startedAt = performance.now()
    expect((await callApp(app, MESSAGES, { json: { ...hello, messages } })).status).toBe(200)
    expect(performance.now() - startedAt).toBeLessThan(5000)
    const prompt = driver.requests[0]?.prompt
    expect(prompt?.type === 'chat' && prompt.messages.map(({ parts }) => parts.length)).toEqual([199_999])
  })
})

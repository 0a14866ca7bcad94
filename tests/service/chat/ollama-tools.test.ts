import { describe, expect, test } from 'bun:test'
import type { Message, ToolDefinition } from '@shared/inference/generate-request.ts'
import { callApp } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import type { ScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf, ndjsonOf } from '../../support/wire-json.ts'
import type { WireJson } from '../../support/wire-json.ts'

const CHAT = '/api/chat'
const messages = [{ role: 'user', content: 'How warm is it in Bonn?' }]
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const tools = [{ type: 'function', function: { name: 'weather', description: 'Of a city.', parameters } }]
const ask = { model: 'tiny', messages, tools }
const twoCalls = {
  reasoning: ['Two', ' cities.'],
  pieces: ['Let me', ' see.'],
  toolCalls: [
    { id: 'call-a', name: 'weather', arguments: ['{"city":', '"Bonn"}'] },
    { id: 'call-b', name: 'weather', arguments: ['{"city":', '"Köln","days":[1]}'] },
  ],
}
const TOLD = [
  { id: 'call-a', function: { index: 0, name: 'weather', arguments: { city: 'Bonn' } } },
  { id: 'call-b', function: { index: 1, name: 'weather', arguments: { city: 'Köln', days: [1] } } },
]

const promptOf = async (
  body: object,
): Promise<{ messages: readonly Message[]; tools: readonly ToolDefinition[] | undefined }> => {
  const { app, driver } = createScriptedNode()
  const response = await callApp(app, CHAT, { json: { model: 'tiny', stream: false, ...body } })
  expect([response.status, response.headers.get('x-skein-warnings')]).toEqual([200, null])
  const prompt = driver.requests[0]?.prompt
  if (prompt?.type !== 'chat') throw new Error('no chat was asked for')
  return { messages: prompt.messages, tools: prompt.tools }
}

const calling = (script: ScriptedNode['driver']['script']): ScriptedNode => {
  const node = createScriptedNode()
  node.driver.script = script
  return node
}

describe("tools in Ollama's way", () => {
  test('are told to the model, with a schema where none was given', async () => {
    const bare = { function: { name: 'now', parameters: null } }
    const loose = {
      type: 'function',
      function: { name: 'add', parameters: { required: ['a'] } },
    }
    const prompt = await promptOf({ messages, tools: [...tools, bare, loose] })
    expect(prompt.tools).toEqual([
      { name: 'weather', description: 'Of a city.', parameters },
      { name: 'now', parameters: { type: 'object', properties: {} } },
      { name: 'add', parameters: { type: 'object', properties: {}, required: ['a'] } },
    ])
  })

  test('an empty list is none', async () => {
    expect((await promptOf({ messages, tools: [] })).tools).toBeUndefined()
  })

  test('calls come with their arguments as objects, beside text and thoughts', async () => {
    const { app } = calling(twoCalls)
    const reply = await jsonOf(callApp(app, CHAT, { json: { ...ask, stream: false } }))
    expect(reply.message).toEqual({
      role: 'assistant',
      content: 'Let me see.',
      thinking: 'Two cities.',
      tool_calls: TOLD,
    })
    expect([reply.done, reply.done_reason]).toEqual([true, 'stop'])
  })

  test('in a stream each call is one line, told when it is whole', async () => {
    const { app } = calling(twoCalls)
    const lines = await ndjsonOf(callApp(app, CHAT, { json: ask }))
    const said = lines.map(({ message: { role, ...rest }, done }: WireJson) => {
      expect(role).toBe('assistant')
      return { ...rest, done }
    })
    expect(said).toEqual([
      { content: '', thinking: 'Two', done: false },
      { content: '', thinking: ' cities.', done: false },
      { content: 'Let me', done: false },
      { content: ' see.', done: false },
      { content: '', tool_calls: [TOLD[0]], done: false },
      { content: '', tool_calls: [TOLD[1]], done: false },
      { content: '', done: true },
    ])
    expect(lines.at(-1)).toMatchObject({ done_reason: 'stop', eval_count: 10 })
  })

  test('a call that the budget cut off is not told, and the reason is the length', async () => {
    for (const stream of [true, false]) {
      const { app } = calling({ toolCalls: twoCalls.toolCalls })
      const options = { num_predict: 5 }
      const lines = await ndjsonOf(callApp(app, CHAT, { json: { ...ask, stream, options } }))
      expect(lines.flatMap(({ message }) => message.tool_calls ?? [])).toEqual([TOLD[0]])
      expect(lines.at(-1)).toMatchObject({ done: true, done_reason: 'length' })
    }
  })
})

describe("calls and results in the history, in Ollama's way", () => {
  const called = (city: string, id?: string) => ({
    ...(id === undefined ? {} : { id }),
    function: { name: 'weather', arguments: { city } },
  })
  const result = (content: string, fields: object = {}) => ({ role: 'tool', content, ...fields })
  const idsOf = (history: readonly Message[]) =>
    history.map(({ name, parts, toolCallId }) => ({
      ...(name === undefined ? {} : { name }),
      ...(toolCallId === undefined ? {} : { answers: toolCallId }),
      calls: parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])),
    }))

  test('are passed on: thoughts, text and calls, and what the tool said', async () => {
    const history = [
      ...messages,
      { role: 'Assistant', content: 'Hm.', thinking: 'Ask.', tool_calls: [called('Bonn', 'one')] },
      result('20 degrees', { tool_name: 'weather', tool_call_id: 'one' }),
    ]
    expect((await promptOf({ messages: history, tools })).messages.slice(1)).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'Ask.' },
          { type: 'text', text: 'Hm.' },
          { type: 'tool-call', id: 'one', name: 'weather', arguments: '{"city":"Bonn"}' },
        ],
      },
      { role: 'tool', parts: [{ type: 'text', text: '20 degrees' }], name: 'weather', toolCallId: 'one' },
    ])
  })

  test('without ids belong together in their order, or by the name of the tool', async () => {
    const history = [
      { role: 'assistant', tool_calls: [called('Bonn'), { function: { name: 'now' } }, called('Köln')] },
      result('noon', { tool_name: 'now' }),
      result('20 degrees'),
      result('21 degrees', { name: 'weather' }),
      result('what?'),
      { role: 'assistant', tool_calls: [called('Rom')] },
      result('30 degrees'),
    ]
    expect(idsOf((await promptOf({ messages: history })).messages)).toEqual([
      { calls: ['call_1', 'call_2', 'call_3'] },
      { name: 'now', answers: 'call_2', calls: [] },
      { name: 'weather', answers: 'call_1', calls: [] },
      { name: 'weather', answers: 'call_3', calls: [] },
      { calls: [] },
      { calls: ['call_4'] },
      { name: 'weather', answers: 'call_4', calls: [] },
    ])
  })

  test('with an id that no call has keep it', async () => {
    const history = [
      { role: 'assistant', tool_calls: [called('Bonn', 'a')] },
      result('x', { tool_call_id: 'b' }),
    ]
    expect(idsOf((await promptOf({ messages: history })).messages)).toEqual([
      { calls: ['a'] },
      { answers: 'b', calls: [] },
    ])
  })

  test.each([
    ['{"city":"Bonn"}', '{"city":"Bonn"}'],
    [' ', '{}'],
    [null, '{}'],
    [{ __proto__: null, a: { b: [1] } }, '{"a":{"b":[1]}}'],
  ])('arguments %j are %s', async (wire, text) => {
    const history = [{ role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: wire } }] }]
    const [message] = (await promptOf({ messages: history })).messages
    expect(message?.parts).toEqual([{ type: 'tool-call', id: 'call_1', name: 'f', arguments: text }])
  })
})

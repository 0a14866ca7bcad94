import { expect, test } from 'bun:test'
import type { Message } from '@shared/inference/generate-request.ts'
import {
  plainMessageText,
  templateMessages,
  templateTools,
} from '../../../../../services/chat/engines/template-messages.ts'

const CALL = { type: 'tool-call', id: 'call_1', name: 'weather', arguments: '{"city":"Ulm"}' } as const

const TURN: readonly Message[] = [
  { role: 'system', parts: [{ type: 'text', text: 'Be kind.' }] },
  {
    role: 'user',
    name: 'Ada',
    parts: [
      { type: 'text', text: 'Weather' },
      { type: 'text', text: '?' },
    ],
  },
  { role: 'assistant', parts: [{ type: 'reasoning', text: 'Ask.' }, CALL] },
  { role: 'tool', name: 'weather', toolCallId: 'call_1', parts: [{ type: 'text', text: 'Sunny' }] },
]

test('messages have the fields of OpenAI’s API, and none that they lack', () => {
  expect(templateMessages(TURN, 'string')).toEqual([
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Weather?', name: 'Ada' },
    {
      role: 'assistant',
      content: '',
      reasoning_content: 'Ask.',
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Ulm"}' } },
      ],
    },
    { role: 'tool', content: 'Sunny', name: 'weather', tool_call_id: 'call_1' },
  ])
})

const argumentsOf = (given: string): unknown =>
  templateMessages([{ role: 'assistant', parts: [{ ...CALL, arguments: given }] }], 'object')[0]
    ?.tool_calls?.[0]?.function.arguments

test('arguments can be what their JSON says', () => {
  expect(argumentsOf('{"city":"Ulm"}')).toEqual({ city: 'Ulm' })
  expect(argumentsOf(' ')).toEqual({})
  expect(Object.keys(argumentsOf('{"__proto__":1}') as object)).toEqual(['__proto__'])
})

test('arguments that are no JSON stay as they are', () => {
  expect(argumentsOf('{"city":')).toBe('{"city":')
})

test('half characters become whole ones', () => {
  const [message] = templateMessages([{ role: 'user', parts: [{ type: 'text', text: 'a\uD83D' }] }], 'object')
  expect(message?.content).toBe('a\uFFFD')
})

test('tools have the fields of OpenAI’s API', () => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } } }
  expect(templateTools([{ name: 'weather', parameters, isStrict: true }])).toEqual([
    { type: 'function', function: { name: 'weather', description: '', parameters } },
  ])
})

test('as plain text a message keeps its calls', () => {
  const [message] = templateMessages(
    [{ role: 'assistant', parts: [{ type: 'text', text: 'Yes.' }, CALL] }],
    'object',
  )
  if (message === undefined) throw new Error('No message.')
  expect(plainMessageText(message)).toBe('Yes.\n{"name":"weather","arguments":{"city":"Ulm"}}')
  expect(plainMessageText({ role: 'user', content: 'Hi' })).toBe('Hi')
})

import { expect, test } from 'bun:test'
import { hasToolTurns, putToolsIntoWords } from '@service/chat/policy/chat-format/put-tools-into-words.ts'
import type { ChatPrompt, Message } from '@shared/inference/generate-request.ts'
import { messageText } from '@shared/inference/message-text.ts'
import { WEATHER } from './chat-format-examples.ts'

const QUESTION: Message = { role: 'user', parts: [{ type: 'text', text: 'Weather?' }] }
const TURNS: readonly Message[] = [
  QUESTION,
  {
    role: 'assistant',
    parts: [
      { type: 'text', text: 'I look.' },
      { type: 'tool-call', id: 'call_1', name: 'get_weather', arguments: '{"city":"Bonn"}' },
    ],
  },
  { role: 'tool', toolCallId: 'call_1', parts: [{ type: 'text', text: 'Rain' }] },
]

const said = ({ messages }: ChatPrompt): readonly string[] =>
  messages.map((message) => `${message.role}: ${messageText(message)}`)

test('the system explains the tools, in a message of its own or behind the one that is there', () => {
  const alone = putToolsIntoWords({ type: 'chat', messages: [QUESTION], tools: [WEATHER] })
  expect(alone.tools).toBeUndefined()
  expect(said(alone)[0]).toStartWith('system: # Tools')
  expect(said(alone)[0]).toContain('"name":"get_weather"')
  expect(said(alone)[1]).toBe('user: Weather?')
  const system: Message = { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] }
  const joined = putToolsIntoWords({ type: 'chat', messages: [system, QUESTION], tools: [WEATHER] })
  expect(said(joined)[0]).toStartWith('system: Be brief.\n\n# Tools')
  expect(joined.messages.length).toBe(2)
})

test('earlier calls and results become texts, also without tools', () => {
  expect(said(putToolsIntoWords({ type: 'chat', messages: TURNS }))).toEqual([
    'user: Weather?',
    'assistant: I look.\n<tool_call>\n{"name": "get_weather", "arguments": {"city":"Bonn"}}\n</tool_call>',
    'user: <tool_response>\nRain\n</tool_response>',
  ])
})

test('knows whether a chat holds calls or results', () => {
  expect(hasToolTurns(TURNS)).toBe(true)
  expect(hasToolTurns([QUESTION])).toBe(false)
})

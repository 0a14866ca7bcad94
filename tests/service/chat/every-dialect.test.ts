import { describe, expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { callApp } from '../../support/call-app.ts'
import { CHAT_DIALECTS } from '../../support/dialects/chat-dialects.ts'
import type { Conversation, DialectUnderTest, SeenAnswer } from '../../support/dialects/conversation.ts'
import { expectedView, promptView } from '../../support/dialects/prompt-view.ts'
import type { Script } from '../../support/scripted-engine.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const weather = {
  name: 'get_weather',
  description: 'Weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

const greeting: Conversation = { turns: [{ type: 'user', text: 'hi' }] }

const withTools: Conversation = {
  turns: [
    { type: 'system', text: 'Be brief.' },
    { type: 'user', text: 'Rome and Oslo?' },
    {
      type: 'assistant',
      text: 'Let me look.',
      calls: [
        { id: 'call_r', name: 'get_weather', arguments: { city: 'Rome' } },
        { id: 'call_o', name: 'get_weather', arguments: { city: 'Oslo' } },
      ],
    },
    { type: 'result', id: 'call_r', name: 'get_weather', text: 'sun' },
    { type: 'result', id: 'call_o', name: 'get_weather', text: 'snow' },
    { type: 'user', text: 'And Paris?' },
  ],
  tools: [weather],
}

const ask = async (
  dialect: DialectUnderTest,
  conversation: Conversation,
  { isStream, script }: { readonly isStream: boolean; readonly script: Script },
) => {
  const { app, driver } = createScriptedNode()
  driver.script = script
  const response = await callApp(app, dialect.path, { json: dialect.body(conversation, isStream) })
  const body = await response.text()
  if (response.status !== 200) throw new Error(`${dialect.name}: ${response.status} ${body}`)
  const answer: SeenAnswer = isStream ? dialect.readStream(body) : dialect.readWhole(JSON.parse(body))
  return { answer, request: driver.requests[0] }
}

const everyWay = CHAT_DIALECTS.flatMap((dialect) =>
  [false, true].map(
    (isStream) => [`${dialect.name}, ${isStream ? 'streamed' : 'whole'}`, dialect, isStream] as const,
  ),
)

describe.each(everyWay)('%s', (_, dialect, isStream) => {
  test('a plain answer: the same text, counts and ending', async () => {
    const { answer } = await ask(dialect, greeting, { isStream, script: {} })
    expect(answer).toEqual({
      text: 'Hello from the script.',
      reasoning: '',
      calls: [],
      promptTokens: 7,
      completionTokens: 5,
      ending: 'stop',
    })
  })

  test('the same conversation is the same request', async () => {
    const { request } = await ask(dialect, withTools, { isStream, script: {} })
    expect(promptView(request?.prompt)).toEqual(expectedView(withTools))
  })

  test('reasoning, text and several calls, told apart', async () => {
    const script: Script = {
      reasoning: ['Two', ' cities.'],
      pieces: ['Looking', '.'],
      toolCalls: [
        { id: 'call_1', name: 'get_weather', arguments: ['{"city"', ':"Rome"}'] },
        { id: 'call_2', name: 'get_weather', arguments: ['{"city":"', 'Oslo"', '}'] },
      ],
    }
    const { answer } = await ask(dialect, withTools, { isStream, script })
    expect(answer).toEqual({
      text: 'Looking.',
      reasoning: 'Two cities.',
      calls: [
        { name: 'get_weather', arguments: { city: 'Rome' } },
        { name: 'get_weather', arguments: { city: 'Oslo' } },
      ],
      promptTokens: 7,
      completionTokens: 11,
      ending: 'tool-calls',
    })
  })

  test('a call without arguments is one with an empty object', async () => {
    const script: Script = { toolCalls: [{ id: 'call_1', name: 'get_weather', arguments: ['{}'] }] }
    const { answer } = await ask(dialect, withTools, { isStream, script })
    expect(answer).toMatchObject({ text: '', calls: [{ name: 'get_weather', arguments: {} }] })
  })

  test('the token budget ends the answer, and it is said so', async () => {
    const { answer } = await ask(dialect, { ...greeting, maxTokens: 2 }, { isStream, script: {} })
    expect(answer).toMatchObject({ text: 'Hello from', completionTokens: 2, ending: 'length' })
  })

  test('temperature and a schema reach the engine', async () => {
    const conversation = { ...greeting, temperature: 0.25, schema: weather.parameters }
    const { request } = await ask(dialect, conversation, { isStream, script: {} })
    expect(request?.sampling.temperature).toBe(0.25)
    expect(request?.output).toEqual({ type: 'json-schema', schema: weather.parameters })
  })

  test('text beyond ASCII, quotes and half a surrogate pair come through', async () => {
    const text = 'żółw 🐢 "\\\n\u0000\u2028 \ud800.'
    const { answer } = await ask(dialect, greeting, { isStream, script: { pieces: [text] } })
    expect(answer.text.toWellFormed()).toBe(text.toWellFormed())
  })

  test.each([
    ['overloaded', 503],
    ['queue_full', 429],
    ['context_length_exceeded', 400],
    ['engine_failed', 500],
    ['not_supported', 501],
  ] as const)(
    'a failure before the first event (%s) has status %d and the dialect’s own envelope',
    async (code, status) => {
      const { app, driver } = createScriptedNode()
      driver.script = { refuses: new Fault(code, 'It did not work.', { retryAfterSeconds: 7 }) }
      const response = await callApp(app, dialect.path, { json: dialect.body(greeting, isStream) })
      expect(response.status).toBe(status)
      expect(response.headers.get('retry-after')).toBe('7')
      expect(dialect.failureIn(await jsonOf(response))).toBe('It did not work.')
    },
  )

  test.each([
    ['an unknown model', { model: 'nobody' }, 404],
    ['a model of the wrong type', { model: 7 }, 400],
    ['no messages of the right type', { messages: 'hi', input: 7 }, 400],
  ])('%s is refused in the dialect’s own envelope', async (_case, changes, status) => {
    const { app } = createScriptedNode()
    const json = { ...dialect.body(greeting, isStream), ...changes }
    const response = await callApp(app, dialect.path, { json })
    expect(response.status).toBe(status)
    expect(dialect.failureIn(await jsonOf(response))).toBeString()
  })

  test.each([['{'], ['[]'], ['null'], ['"text"'], ['']])('a body that is %j is refused', async (body) => {
    const { app } = createScriptedNode()
    const headers = { 'content-type': 'application/json' }
    const response = await callApp(app, dialect.path, { method: 'POST', body, headers })
    expect(response.status).toBe(400)
    expect(dialect.failureIn(await jsonOf(response))).toBeString()
  })
})

describe.each(CHAT_DIALECTS.map((dialect) => [dialect.name, dialect] as const))('%s', (_, dialect) => {
  test('a failure in mid-stream is the end of the stream, in its own form', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { failsAfter: 2 }
    const response = await callApp(app, dialect.path, { json: dialect.body(greeting, true) })
    expect(response.status).toBe(200)
    expect(dialect.failureAtEnd(await response.text())).toContain('stopped unexpectedly')
  })

  test('an unknown route under its path answers in its envelope', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, `${dialect.path}/no/such/route`, { json: {} })
    expect(response.status).toBe(404)
    expect(dialect.failureIn(await jsonOf(response))).toBeString()
  })

  test('tools that may not be called are not told to the model', async () => {
    const json = dialect.body({ ...greeting, tools: [weather], toolChoice: 'none' }, false)
    // Ollama has no such choice.
    if (!('tool_choice' in json)) return
    const { app, driver } = createScriptedNode()
    expect((await callApp(app, dialect.path, { json })).status).toBe(200)
    const prompt = driver.requests[0]?.prompt
    expect(prompt?.type === 'chat' ? (prompt.tools ?? []) : undefined).toEqual([])
  })
})

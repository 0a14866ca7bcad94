import { describe, expect, test } from 'bun:test'
import { callApp, ssePayloads } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const CHAT = '/v1/chat/completions'
const hello = { model: 'tiny', messages: [{ role: 'user', content: 'hi' }] }
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

const endless: unknown = JSON.parse('{"a":'.repeat(100) + '1' + '}'.repeat(100))

const asked = async (changes: object) => {
  const { app, driver } = createScriptedNode()
  const response = await callApp(app, CHAT, { json: { ...hello, ...changes } })
  expect(response.status).toBe(200)
  return driver.requests[0]
}

const reasoningOf = async (changes: object) => {
  const prompt = (await asked(changes))?.prompt
  return prompt?.type === 'chat' ? prompt.reasoning : undefined
}

describe('the form of an answer', () => {
  const forms: [string, object, object | undefined][] = [
    ['text', { response_format: { type: 'text' } }, undefined],
    ['text, by a word', { response_format: 'text' }, undefined],
    ['any JSON', { response_format: { type: 'json_object' } }, { type: 'json' }],
    ['any JSON, by a word', { response_format: 'json_object' }, { type: 'json' }],
    [
      'a schema',
      { response_format: { type: 'json_schema', json_schema: { name: 'city', schema, strict: true } } },
      { type: 'json-schema', schema },
    ],
    ['a schema without a schema', { response_format: { type: 'json_schema', json_schema: { name: 'x' } } }, { type: 'json' }],
    ["a schema in llama-server's place", { response_format: { type: 'json_object', schema } }, { type: 'json-schema', schema }],
    ["llama-server's short form", { json_schema: schema }, { type: 'json-schema', schema }],
    ['a grammar', { grammar: 'root ::= "x"' }, { type: 'grammar', grammar: 'root ::= "x"' }],
    ['an empty grammar', { grammar: '', response_format: { type: 'text' } }, undefined],
  ] // prettier-ignore
  test.each(forms)('is %s', async (_, changes, output) => {
    expect((await asked(changes))?.output).toEqual(output as never)
  })

  const refusals: [string, object, string][] = [
    ['a type without text', { response_format: { type: { toString: 1 } } }, 'response_format.type'],
    ['a schema without an end', { json_schema: endless }, 'json_schema'],
    ['variables without an end', { chat_template_kwargs: endless }, 'chat_template_kwargs'],
    ['an unknown one', { response_format: { type: 'xml' } }, 'response_format.type'],
    ['one of the prototype', { response_format: 'constructor' }, 'response_format.type'],
    ['a number', { response_format: 5 }, 'response_format'],
    ['a schema that is missing', { response_format: { type: 'json_schema' } }, 'response_format.json_schema'],
    [
      'a schema that is a list',
      { response_format: { type: 'json_schema', json_schema: { schema: [] } } },
      'response_format.json_schema.schema',
    ],
    ['two at once', { response_format: { type: 'json_object' }, grammar: 'root ::= "x"' }, 'grammar'],
    ['more logprobs than there are', { logprobs: true, top_logprobs: 21 }, 'top_logprobs'],
    ['top_logprobs alone', { top_logprobs: 2 }, 'top_logprobs'],
    ['logprobs in words', { logprobs: 'yes' }, 'logprobs'],
    ['an unknown effort', { reasoning_effort: 'heroic' }, 'reasoning_effort'],
    [
      'a conversation among the variables',
      { chat_template_kwargs: { messages: [] } },
      'chat_template_kwargs.messages',
    ],
    ['variables that are a list', { chat_template_kwargs: [] }, 'chat_template_kwargs'],
    [
      'thinking in words',
      { chat_template_kwargs: { enable_thinking: 'yes' } },
      'chat_template_kwargs.enable_thinking',
    ],
    ['metadata that mean nothing', { metadata: { enable_thinking: 'maybe' } }, 'metadata.enable_thinking'],
  ]
  test.each(refusals)('is refused for %s', async (_, changes, param) => {
    const { app, driver } = createScriptedNode()
    const response = await callApp(app, CHAT, { json: { ...hello, ...changes } })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error).toMatchObject({ type: 'invalid_request_error', param })
    expect(driver.requests).toHaveLength(0)
  })
})

describe('how likely the tokens were', () => {
  const chance = (id: number, token: string, probability: number) => ({
    id,
    token,
    bytes: [...new TextEncoder().encode(token)],
    logprob: Math.log(probability),
  })
  const hé = chance(2, 'Hé', 2 / 3)
  const expected = { ...hé, top_logprobs: [hé, chance(0, '?', 1 / 3)] }

  test('is told beside the choice', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { pieces: ['Hé'] }
    const json = { ...hello, logprobs: true, top_logprobs: 2 }
    const { choices } = await jsonOf(callApp(app, CHAT, { json }))
    expect(choices[0].logprobs).toEqual({ content: [expected], refusal: null })
  })

  test('is streamed beside its text', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { pieces: ['Hé'] }
    const json = { ...hello, logprobs: 1, top_logprobs: 2, stream: true }
    const chunks = ssePayloads(await (await callApp(app, CHAT, { json })).text())
    expect(chunks.slice(0, -1).map((chunk) => chunk.choices[0].logprobs)).toEqual([
      null,
      { content: [expected], refusal: null },
      null,
    ])
  })

  test('is told without others unless they are asked for, and not at all for false and 0', async () => {
    expect((await asked({ logprobs: true }))?.logprobs).toBe(0)
    expect((await asked({ logprobs: 3 }))?.logprobs).toBe(0)
    expect((await asked({ logprobs: false, top_logprobs: 0 }))?.logprobs).toBeUndefined()
    expect((await asked({ logprobs: 0 }))?.logprobs).toBeUndefined()
  })
})

describe('how much a model thinks', () => {
  test('is said by an effort, in any case', async () => {
    expect(await reasoningOf({ reasoning_effort: 'Low' })).toEqual({ isEnabled: true, effort: 'low' })
    expect(await reasoningOf({ reasoning_effort: 'xhigh' })).toEqual({ isEnabled: true, effort: 'high' })
    expect(await reasoningOf({ reasoning_effort: 'none' })).toEqual({ isEnabled: false })
    expect(await reasoningOf({ reasoning_effort: null })).toBeUndefined()
  })

  test('is said in the other places where clients say it', async () => {
    expect(await reasoningOf({ enable_thinking: false })).toEqual({ isEnabled: false })
    expect(await reasoningOf({ metadata: { enable_thinking: 'false' } })).toEqual({ isEnabled: false })
    expect(await reasoningOf({ metadata: { reasoning_effort: 'high' } })).toEqual({ isEnabled: true, effort: 'high' }) // prettier-ignore
    const request = await asked({
      chat_template_kwargs: { enable_thinking: true, reasoning_effort: 'low', lang: 'de' },
    })
    expect(request?.prompt).toMatchObject({
      reasoning: { isEnabled: true, effort: 'low' },
      templateVariables: { lang: 'de' },
    })
  })

  test('is shown in the message and counted', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { reasoning: ['Let', ' me', ' see.'], pieces: ['Yes.'] }
    const { choices, usage } = await jsonOf(callApp(app, CHAT, { json: hello }))
    expect(choices[0].message).toMatchObject({
      content: 'Yes.',
      reasoning_content: 'Let me see.',
      reasoning: 'Let me see.',
    })
    expect(usage.completion_tokens_details.reasoning_tokens).toBe(3)
  })
})

test('a verdict of moderation is refused, for there is no honest one', async () => {
  const { app } = createScriptedNode()
  const response = await callApp(app, '/v1/moderations', { json: { input: 'hi' } })
  expect(response.status).toBe(501)
  expect((await jsonOf(response)).error).toMatchObject({ type: 'not_supported_error', code: 'not_supported' })
})

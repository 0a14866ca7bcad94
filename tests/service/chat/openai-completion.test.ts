import { describe, expect, test } from 'bun:test'
import { callApp, ssePayloads } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'
import type { WireJson } from '../../support/wire-json.ts'

const PATH = '/v1/completions'

describe('a text completion', () => {
  test('answers in the shape that the official client reads', async () => {
    const { app } = createScriptedNode()
    const reply = await (await callApp(app, PATH, { json: { model: 'tiny', prompt: 'Once' } })).json()
    expect(reply).toMatchObject({
      id: 'cmpl-id0',
      object: 'text_completion',
      choices: [{ text: 'Hello from the script.', index: 0, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 },
    })
  })

  test('answers each of several prompts n times, in order, each prompt counted once', async () => {
    const { app, driver } = createScriptedNode()
    const body = { model: 'tiny', prompt: ['a', 'b'], n: 2, echo: true }
    const reply = await jsonOf(callApp(app, PATH, { json: body }))
    expect(reply.choices.map((choice: WireJson) => choice.text[0])).toEqual(['a', 'a', 'b', 'b'])
    expect(driver.requests).toHaveLength(4)
    expect(reply.usage).toMatchObject({ prompt_tokens: 14, completion_tokens: 20 })
  })

  test('takes token ids, and stops at 16 tokens unless told otherwise, as OpenAI does', async () => {
    const { app, driver } = createScriptedNode()
    await callApp(app, PATH, { json: { model: 'tiny', prompt: [1, 2, 3] } })
    await callApp(app, PATH, { json: { model: 'tiny', prompt: [[1], [2]], max_tokens: -1 } })
    expect(driver.requests[0]).toMatchObject({ prompt: { type: 'tokens', tokens: [1, 2, 3] }, maxTokens: 16 })
    expect(driver.requests[1]?.maxTokens).toBeUndefined()
  })

  test('writes what stands between a prompt and a suffix', async () => {
    const { app, driver } = createScriptedNode()
    await callApp(app, PATH, { json: { model: 'tiny', prompt: 'a(', suffix: ')b' } })
    await callApp(app, PATH, { json: { model: 'tiny', prompt: 'a(', suffix: '' } })
    expect(driver.requests.map(({ prompt }) => prompt)).toEqual([
      { type: 'infill', prefix: 'a(', suffix: ')b' },
      { type: 'text', text: 'a(' },
    ])
  })

  test('keeps to a grammar and to a schema', async () => {
    const { app, driver } = createScriptedNode()
    const schema = { type: 'object', properties: { a: { type: 'string' } } }
    await callApp(app, PATH, { json: { model: 'tiny', prompt: 'a', grammar: 'root ::= "x"' } })
    await callApp(app, PATH, { json: { model: 'tiny', prompt: 'a', json_schema: schema } })
    expect(driver.requests.map(({ output }) => output)).toEqual([
      { type: 'grammar', grammar: 'root ::= "x"' },
      { type: 'json-schema', schema },
    ])
  })

  test('tells how likely each token was and where it stands, whole and streamed', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { pieces: ['Hé', '!'] }
    const json = { model: 'tiny', prompt: 'Once', logprobs: 2 }
    const expected = {
      tokens: ['Hé', '!'],
      token_logprobs: [Math.log(2 / 3), Math.log(2 / 3)],
      top_logprobs: [
        { Hé: Math.log(2 / 3), '?': Math.log(1 / 3) },
        { '!': Math.log(2 / 3), '?': Math.log(1 / 3) },
      ],
      text_offset: [0, 2],
    }
    const reply = await jsonOf(callApp(app, PATH, { json }))
    expect(reply.choices[0].logprobs).toEqual(expected)
    expect(driver.requests[0]?.logprobs).toBe(2)
    const response = await callApp(app, PATH, { json: { ...json, stream: true } })
    const pieces = ssePayloads(await response.text())
      .flatMap((chunk) => chunk.choices ?? [])
      .flatMap(({ logprobs }: WireJson) => (logprobs === null ? [] : [logprobs]))
    expect(pieces.map(({ tokens, text_offset: at }) => [tokens[0], at[0]])).toEqual([['Hé', 0], ['!', 2]]) // prettier-ignore
  })

  test('streams text_completion chunks and [DONE]', async () => {
    const { app } = createScriptedNode()
    const body = { model: 'tiny', prompt: 'Once', stream: true, echo: true }
    const payloads = ssePayloads(await (await callApp(app, PATH, { json: body })).text())
    expect(payloads.at(-1)).toBe('[DONE]')
    const texts = payloads.slice(0, -1).map((chunk) => chunk.choices[0].text)
    expect(texts.join('')).toBe('OnceHello from the script.')
    expect(payloads.at(-2).choices[0].finish_reason).toBe('stop')
  })

  const refusals: [string, object, string][] = [
    ['no prompt', { model: 'tiny' }, 'prompt'],
    ['an empty list', { model: 'tiny', prompt: [] }, 'prompt'],
    ['a mixed list', { model: 'tiny', prompt: ['a', 5] }, 'prompt[1]'],
    ['negative token ids', { model: 'tiny', prompt: [-1] }, 'prompt[0]'],
    ['too many prompts', { model: 'tiny', prompt: Array.from({ length: 65 }, String) }, 'prompt'],
    ['echo of token ids', { model: 'tiny', prompt: [1], echo: true }, 'echo'],
    ['a suffix of token ids', { model: 'tiny', prompt: [1], suffix: 'b' }, 'suffix'],
    ['best_of', { model: 'tiny', prompt: 'a', best_of: 3 }, 'best_of'],
    ['more than 5 logprobs', { model: 'tiny', prompt: 'a', logprobs: 6 }, 'logprobs'],
    ['logprobs in words', { model: 'tiny', prompt: 'a', logprobs: 'all' }, 'logprobs'],
    ['logprobs of an echo', { model: 'tiny', prompt: 'a', logprobs: 1, echo: true }, 'logprobs'],
    ['tools', { model: 'tiny', prompt: 'a', tools: [{}] }, 'tools'],
  ]
  test.each(refusals)('refuses %s by name', async (_, body, param) => {
    const { app } = createScriptedNode()
    const response = await callApp(app, PATH, { json: body })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error).toMatchObject({ type: 'invalid_request_error', param })
  })
})

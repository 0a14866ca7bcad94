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
    ['a suffix', { model: 'tiny', prompt: 'a', suffix: 'b' }, 'suffix'],
    ['best_of', { model: 'tiny', prompt: 'a', best_of: 3 }, 'best_of'],
    ['logprobs', { model: 'tiny', prompt: 'a', logprobs: 3 }, 'logprobs'],
  ]
  test.each(refusals)('refuses %s by name', async (_, body, param) => {
    const { app } = createScriptedNode()
    const response = await callApp(app, PATH, { json: body })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error).toMatchObject({ type: 'invalid_request_error', param })
  })
})

import { describe, expect, test } from 'bun:test'
import { callApp, ssePayloads } from '../../support/call-app.ts'
import { createScriptedNode, scriptedCard } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'
import type { WireJson } from '../../support/wire-json.ts'

const CHAT = '/v1/chat/completions'
const hello = { model: 'tiny', messages: [{ role: 'user', content: 'hi' }] }

describe('a chat completion', () => {
  test('answers whole, in the shape that the official client reads', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, CHAT, { json: hello })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      id: 'chatcmpl-id0',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'tiny',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello from the script.', refusal: null, annotations: [] },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 7,
        completion_tokens: 5,
        total_tokens: 12,
        prompt_tokens_details: { cached_tokens: 3, audio_tokens: 0 },
        completion_tokens_details: {
          reasoning_tokens: 0,
          audio_tokens: 0,
          accepted_prediction_tokens: 0,
          rejected_prediction_tokens: 0,
        },
      },
      system_fingerprint: 'skein',
    })
  })

  test('streams a role, the text, a reason, the usage when asked, and [DONE]', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, CHAT, {
      json: { ...hello, stream: true, stream_options: { include_usage: true } },
    })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const payloads = ssePayloads(await response.text())
    expect(payloads.at(-1)).toBe('[DONE]')
    expect(payloads.at(-2).choices).toEqual([])
    expect(payloads.at(-2).usage.total_tokens).toBe(12)
    const chunks = payloads.slice(0, -2)
    expect(chunks[0].choices[0].delta).toEqual({ role: 'assistant', content: '', refusal: null })
    expect(
      chunks
        .slice(1, -1)
        .map((chunk) => chunk.choices[0].delta.content)
        .join(''),
    ).toBe('Hello from the script.')
    expect(chunks.at(-1).choices[0]).toEqual({ index: 0, delta: {}, finish_reason: 'stop', logprobs: null })
    expect(chunks.every((chunk) => chunk.usage === null && chunk.object === 'chat.completion.chunk')).toBe(
      true,
    )
  })

  test('answers on the alias paths too', async () => {
    const { app } = createScriptedNode()
    for (const path of ['/v1/chat', '/chat/completions']) {
      expect((await callApp(app, path, { json: hello })).status).toBe(200)
    }
  })

  test('passes on every sampling field and both token budgets', async () => {
    const { app, driver } = createScriptedNode()
    const sampling = {
      temperature: 0.3, top_p: 0.4, top_k: 5, min_p: 0.1, frequency_penalty: 0.5, presence_penalty: -0.5,
      repeat_penalty: 1.1, repeat_last_n: 32, seed: 42, logit_bias: { 7: -100 }, stop: ['a', 'b'],
      typical_p: 0.9, mirostat: 2, mirostat_tau: 4, mirostat_eta: 0.2, ignore_eos: true,
    } // prettier-ignore
    await callApp(app, CHAT, { json: { ...hello, ...sampling, max_completion_tokens: 3, max_tokens: 99 } })
    expect(driver.requests[0]).toEqual({
      model: scriptedCard('tiny').id,
      prompt: { type: 'chat', messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] },
      sampling: {
        temperature: 0.3, topP: 0.4, topK: 5, minP: 0.1, frequencyPenalty: 0.5, presencePenalty: -0.5,
        repeatPenalty: 1.1, repeatLastTokens: 32, seed: 42, logitBias: new Map([[7, -100]]),
        typicalP: 0.9, mirostat: { version: 2, tau: 4, eta: 0.2 }, ignoresEndOfAnswer: true,
      },
      stop: ['a', 'b'],
      maxTokens: 3,
    }) // prettier-ignore
  })

  test('takes the words of others for what is off and for all of it', async () => {
    const { app, driver } = createScriptedNode()
    const off = { top_k: -1, mirostat: 0, ignore_eos: false, repeat_last_n: -1, repetition_penalty: 1.2 }
    await callApp(app, CHAT, { json: { ...hello, ...off } })
    expect(driver.requests[0]?.sampling).toEqual({ topK: 0, repeatLastTokens: -1, repeatPenalty: 1.2 })
  })

  test('tells the timings beside the usage to those who ask for it', async () => {
    const { app } = createScriptedNode()
    const headers = { 'extra-usage': '1' }
    const { usage } = await jsonOf(callApp(app, CHAT, { json: hello, headers }))
    expect(usage).toMatchObject({ timing_prompt_processing: 1, timing_token_generation: 5 })
    const json = { ...hello, stream: true, stream_options: { include_usage: true } }
    const payloads = ssePayloads(await (await callApp(app, CHAT, { json, headers })).text())
    expect(payloads.at(-2).usage).toEqual(usage)
  })

  test('reports length when the token budget ends the answer', async () => {
    const { app } = createScriptedNode()
    const reply = await jsonOf(callApp(app, CHAT, { json: { ...hello, max_tokens: 2 } }))
    expect(reply.choices[0].finish_reason).toBe('length')
    expect(reply.choices[0].message.content).toBe('Hello from')
    expect(reply.usage.completion_tokens).toBe(2)
  })

  test('gives independent answers for n, each with a seed of its own, and counts the prompt once', async () => {
    const { app, driver } = createScriptedNode()
    const reply = await jsonOf(callApp(app, CHAT, { json: { ...hello, n: 3, seed: 10 } }))
    expect(reply.choices.map((choice: WireJson) => choice.index)).toEqual([0, 1, 2])
    expect(driver.requests.map((request) => request.sampling.seed)).toEqual([10, 11, 12])
    expect(reply.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 15, total_tokens: 22 })
  })

  test('streams n answers told apart by their index', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, CHAT, { json: { ...hello, n: 2, stream: true } })
    const payloads = ssePayloads(await response.text())
    for (const index of [0, 1]) {
      const text = payloads.flatMap((chunk) => chunk.choices ?? []).filter((choice) => choice.index === index)
      expect(text.map((choice) => choice.delta.content ?? '').join('')).toBe('Hello from the script.')
      expect(text.at(-1).finish_reason).toBe('stop')
    }
  })

  test('takes null for options that were left out', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, CHAT, {
      json: { ...hello, temperature: null, stop: null, tools: null, seed: null },
    })
    expect(response.status).toBe(200)
  })

  test('names fields that it does not know in a warning and answers all the same', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, CHAT, { json: { ...hello, user: 'u', frobnicate: 1 } })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-skein-warnings')).toBe(
      "The field 'frobnicate' is unknown and has no effect.",
    )
  })

  test('means the loaded model when none is named', async () => {
    const { app } = createScriptedNode({ cards: [scriptedCard('alpha'), scriptedCard('beta')] })
    await callApp(app, CHAT, { json: { ...hello, model: 'beta' } })
    const reply = await jsonOf(callApp(app, CHAT, { json: { messages: hello.messages, model: '' } }))
    expect(reply.model).toBe('beta')
  })
})

describe('what a chat completion refuses', () => {
  const refusals: [string, object, string | null, RegExp][] = [
    ['no messages', { model: 'tiny' }, 'messages', /messages/],
    ['empty messages', { ...hello, messages: [] }, 'messages', /messages/],
    [
      'a message that is a string',
      { ...hello, messages: ['hi'] },
      'messages[0]',
      /expected an object, but got a string/,
    ],
    [
      'an unknown role',
      { ...hello, messages: [{ role: 'robot', content: 'x' }] },
      'messages[0].role',
      /'robot'/,
    ],
    [
      'content of the wrong type',
      { ...hello, messages: [{ role: 'user', content: 5 }] },
      'messages[0].content',
      /an integer/,
    ],
    [
      'a part without text',
      { ...hello, messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      'messages[0].content[0].text',
      /nothing/,
    ],
    [
      'audio',
      { ...hello, messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] },
      'messages[0].content[0].type',
      /input_audio/,
    ],
    [
      'predicted text',
      { ...hello, prediction: { type: 'content', content: 'x' } },
      'prediction',
      /not supported/,
    ],
    ['spoken answers', { ...hello, modalities: ['text', 'audio'] }, 'modalities', /not supported/],
    ['a search of the web', { ...hello, web_search_options: {} }, 'web_search_options', /not supported/],
    ['a sampler that no engine has', { ...hello, tfz: 0.5 }, 'tfz', /not supported/],
    ['a third mirostat', { ...hello, mirostat: 3 }, 'mirostat', /mirostat/],
    ['a temperature beyond 2', { ...hello, temperature: 3 }, 'temperature', /temperature/],
    ['a temperature in words', { ...hello, temperature: 'hot' }, 'temperature', /number/],
    ['a budget of 0', { ...hello, max_tokens: 0 }, 'max_tokens', /at least 1/],
    ['a stop that is a number', { ...hello, stop: 7 }, 'stop', /a string or an array of strings/],
    ['too many stops', { ...hello, stop: Array.from({ length: 17 }, String) }, 'stop', /at most 16/],
    ['a bias for no token', { ...hello, logit_bias: { abc: 1 } }, 'logit_bias', /token ids/],
    ['stream in words', { ...hello, stream: 'yes' }, 'stream', /boolean/],
  ]
  test.each(refusals)('%s', async (_, body, param, message) => {
    const { app, driver } = createScriptedNode()
    const response = await callApp(app, CHAT, { json: body })
    const { error } = await jsonOf(response)
    expect(response.status).toBe(400)
    expect(error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_request', param })
    expect(error.message).toMatch(message)
    expect(driver.requests).toHaveLength(0)
  })

  test('malformed JSON', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, CHAT, { method: 'POST', body: '{"model": ' })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error.message).toBe('The request body is not valid JSON.')
  })

  test('a model that is not there, by its name', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, CHAT, { json: { ...hello, model: 'gpt-99' } })
    const { error } = await jsonOf(response)
    expect(response.status).toBe(404)
    expect(error).toMatchObject({ code: 'model_not_found', param: 'model' })
    expect(error.message).toContain("'gpt-99'")
  })

  test('any chat while no model is installed', async () => {
    const { app } = createScriptedNode({ cards: [] })
    const response = await callApp(app, CHAT, { json: { messages: hello.messages } })
    expect(response.status).toBe(503)
    expect((await jsonOf(response)).error).toMatchObject({
      type: 'service_unavailable',
      code: 'no_model',
    })
  })

  test('a model whose file is broken, with the reason', async () => {
    const { app } = createScriptedNode({
      cards: [scriptedCard('tiny', { defect: 'the header is cut off.' })],
    })
    const response = await callApp(app, CHAT, { json: hello })
    expect(response.status).toBe(422)
    expect((await jsonOf(response)).error.message).toContain('the header is cut off.')
  })

  test('an unknown route, in the envelope', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, '/v1/nothing', { json: {} })
    expect(response.status).toBe(404)
    expect((await jsonOf(response)).error.message).toContain('/v1/nothing')
  })
})

import { describe, expect, test } from 'bun:test'
import type { ChatResponse } from 'ollama'
import { Fault } from '@shared/fault/fault.ts'
import { callApp } from '../../support/call-app.ts'
import { createScriptedNode, scriptedCard } from '../../support/scripted-node.ts'
import { jsonOf, ndjsonOf } from '../../support/wire-json.ts'

const CHAT = '/api/chat'
const hello = { model: 'tiny', messages: [{ role: 'user', content: 'hi' }] }
const CREATED_AT = '2023-11-14T22:13:20.000000000Z'

/** What the official client's types call an answer, as it is on the wire: times are text. */
type OnWire<Reply> = Omit<Reply, 'created_at'> & { readonly created_at: string }

describe("Ollama's chat", () => {
  test('answers whole, in the shape that the official client reads, with measured times', async () => {
    const { app, driver, clock } = createScriptedNode()
    driver.loadGate = () => clock.advance(250)
    const response = await callApp(app, CHAT, { json: { ...hello, stream: false } })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(await response.json()).toEqual({
      model: 'tiny',
      created_at: CREATED_AT,
      message: { role: 'assistant', content: 'Hello from the script.' },
      done: true,
      done_reason: 'stop',
      total_duration: 250_000_000,
      load_duration: 250_000_000,
      prompt_eval_count: 7,
      prompt_eval_duration: 1_000_000,
      eval_count: 5,
      eval_duration: 5_000_000,
    } satisfies OnWire<ChatResponse>)
  })

  test('streams one object a line unless told otherwise, the figures in the last', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, CHAT, { json: hello })
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const lines = await ndjsonOf(response)
    expect(lines).toHaveLength(6)
    expect(lines[0]).toEqual({
      model: 'tiny',
      created_at: CREATED_AT,
      message: { role: 'assistant', content: 'Hello' },
      done: false,
    })
    expect(lines.map((line) => line.message.content).join('')).toBe('Hello from the script.')
    expect(lines.filter((line) => line.done)).toEqual([lines.at(-1)])
    expect(lines.at(-1)).toMatchObject({
      message: { role: 'assistant', content: '' },
      done_reason: 'stop',
      prompt_eval_count: 7,
      eval_count: 5,
      eval_duration: 5_000_000,
    })
  })

  test('passes on every option, floats for integers and camelCase included', async () => {
    const { app, driver } = createScriptedNode()
    const sampling = {
      temperature: 0.3, topP: 0.4, topK: 5, minP: 0.1, frequencyPenalty: 0.5, presencePenalty: -0.5,
      repeatPenalty: 1.1, repeatLastTokens: 32, seed: 42,
    } // prettier-ignore
    const snake = {
      temperature: 0.3, top_p: 0.4, top_k: 5.9, min_p: 0.1, frequency_penalty: 0.5, presence_penalty: -0.5,
      repeat_penalty: 1.1, repeat_last_n: 32.0, seed: 42, stop: ['a', 'b'], num_predict: 3, num_ctx: 2048,
    } // prettier-ignore
    const camel = {
      temperature: 0.3, topP: 0.4, topK: 5, minP: 0.1, frequencyPenalty: 0.5, presencePenalty: -0.5,
      repeatPenalty: 1.1, repeatLastN: 32, seed: 42, stop: ['a', 'b'], numPredict: 3, numCtx: 2048,
    } // prettier-ignore
    for (const options of [snake, camel]) {
      const response = await callApp(app, CHAT, { json: { ...hello, stream: false, options } })
      expect(response.headers.get('x-skein-warnings')).toBeNull()
      expect((await jsonOf(response)).done_reason).toBe('length')
      expect(driver.requests.at(-1)).toEqual({
        model: scriptedCard('tiny').id,
        prompt: { type: 'chat', messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] },
        sampling,
        stop: ['a', 'b'],
        maxTokens: 3,
      })
    }
  })

  test('has no token budget for a num_predict of −1, −2 and 0, and no seed for −1', async () => {
    const { app, driver } = createScriptedNode()
    for (const num_predict of [-1, -2, 0]) {
      await callApp(app, CHAT, { json: { ...hello, stream: false, options: { num_predict, seed: -1 } } })
      expect(driver.requests.at(-1)).not.toHaveProperty('maxTokens')
      expect(driver.requests.at(-1)?.sampling).toEqual({})
    }
  })

  test('warns of a num_ctx beyond the open context and of options without effect, streamed or not', async () => {
    const { app } = createScriptedNode()
    for (const stream of [true, false]) {
      const options = { num_ctx: 8192, num_gpu: 1, mirostat: null, warp: 9 }
      const response = await callApp(app, CHAT, { json: { ...hello, stream, options, frobnicate: 1 } })
      expect(response.status).toBe(200)
      expect(response.headers.get('x-skein-warnings')).toBe(
        "The field 'frobnicate' is unknown and has no effect. The option 'num_gpu' has no effect. " +
          "The option 'warp' is unknown and has no effect. " +
          'The model is open with a context of 4096 tokens, not 8192.',
      )
    }
  })

  test('takes what its clients send when they mean nothing by it', async () => {
    const { app } = createScriptedNode()
    const nothing = {
      tools: [], format: '', think: false, logprobs: false, top_logprobs: 0, keep_alive: null, options: null,
    } // prettier-ignore
    const messages = [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'hi', images: [], tool_calls: [] },
      { role: 'assistant', content: '' },
      { role: 'user', content: [{ type: 'text', text: 'and' }] },
      { role: 'assistant' },
      { role: 'user', content: { type: 'text', text: 'more' } },
    ]
    const response = await callApp(app, CHAT, { json: { ...hello, ...nothing, messages, stream: false } })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-skein-warnings')).toBeNull()
  })

  test('finds the model by its name with a tag, in any case, and echoes the name that was asked for', async () => {
    const { app } = createScriptedNode({ cards: [scriptedCard('tiny-1b')] })
    for (const model of ['tiny-1b:latest', 'Tiny-1B', 'mlx-community/Tiny-1B']) {
      const reply = await jsonOf(callApp(app, CHAT, { json: { ...hello, model, stream: false } }))
      expect(reply.model).toBe(model)
    }
  })
})

describe("a chat in Ollama's way that fails", () => {
  test('before the first event answers with the status of the fault, streamed or not', async () => {
    for (const stream of [false, true]) {
      const { app, driver } = createScriptedNode()
      driver.script = { refuses: new Fault('context_length_exceeded', 'Too long by far.') }
      const response = await callApp(app, CHAT, { json: { ...hello, stream } })
      expect([response.status, await response.json()]).toEqual([400, { error: 'Too long by far.' }])
    }
  })

  test('in mid-stream ends with a line that is the error', async () => {
    const { app, driver, pool } = createScriptedNode()
    driver.script = { failsAfter: 2 }
    const lines = await ndjsonOf(await callApp(app, CHAT, { json: hello }))
    expect(lines).toHaveLength(3)
    expect(lines.at(-1)).toEqual({ error: 'The engine of this model stopped unexpectedly (SIGSEGV).' })
    expect((await pool.reports())[0]?.activeRequests).toBe(0)
  })
})

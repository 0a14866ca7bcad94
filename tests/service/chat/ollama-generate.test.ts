import { describe, expect, test } from 'bun:test'
import type { GenerateResponse } from 'ollama'
import { callApp } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import type { ScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf, ndjsonOf } from '../../support/wire-json.ts'

const GENERATE = '/api/generate'
const once = { model: 'tiny', prompt: 'Once' }
const textPart = (text: string) => [{ type: 'text', text }]

describe("Ollama's generate", () => {
  test('answers whole, in the shape that the official client reads', async () => {
    const { app } = createScriptedNode()
    expect(await jsonOf(callApp(app, GENERATE, { json: { ...once, stream: false } }))).toEqual({
      model: 'tiny',
      created_at: '2023-11-14T22:13:20.000000000Z',
      response: 'Hello from the script.',
      done: true,
      done_reason: 'stop',
      context: expect.any(Array),
      total_duration: 0,
      load_duration: 0,
      prompt_eval_count: 7,
      prompt_eval_duration: 1_000_000,
      eval_count: 5,
      eval_duration: 5_000_000,
    } satisfies Omit<GenerateResponse, 'created_at'> & { created_at: string })
  })

  test('streams one object a line unless told otherwise', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, GENERATE, { json: once })
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const lines = await ndjsonOf(response)
    expect(lines.map((line) => line.response).join('')).toBe('Hello from the script.')
    expect(lines.map((line) => line.done)).toEqual([false, false, false, false, false, true])
    expect(lines.at(-1)).toMatchObject({ done_reason: 'stop', eval_count: 5 })
  })

  test('gives the prompt through the template, with a system turn before it, or raw as it is', async () => {
    const { app, driver } = createScriptedNode()
    await callApp(app, GENERATE, { json: { ...once, stream: false, context: [], suffix: '' } })
    await callApp(app, GENERATE, { json: { ...once, stream: false, system: 'Be short.' } })
    await callApp(app, GENERATE, { json: { ...once, stream: false, raw: true } })
    expect(driver.requests.map(({ prompt }) => prompt)).toEqual([
      { type: 'chat', messages: [{ role: 'user', parts: textPart('Once') }] },
      {
        type: 'chat',
        messages: [
          { role: 'system', parts: textPart('Be short.') },
          { role: 'user', parts: textPart('Once') },
        ],
      },
      { type: 'text', text: 'Once' },
    ] as unknown as (typeof driver.requests)[number]['prompt'][])
  })

  test('writes between a prompt and a suffix, also when there is nothing before it', async () => {
    const { app, driver } = createScriptedNode()
    const reply = await jsonOf(callApp(app, GENERATE, { json: { ...once, stream: false, suffix: 'end.' } }))
    expect(reply.response).toBe('Hello from the script.')
    expect(reply).not.toHaveProperty('context')
    await callApp(app, GENERATE, { json: { model: 'tiny', stream: false, suffix: 'end.', think: false } })
    expect(driver.requests.map(({ prompt }) => prompt)).toEqual([
      { type: 'infill', prefix: 'Once', suffix: 'end.' },
      { type: 'infill', prefix: '', suffix: 'end.' },
    ])
  })

  test('asks of an image alone, and warns that the context will be without it', async () => {
    const { app, driver } = createScriptedNode()
    const response = await callApp(app, GENERATE, { json: { model: 'tiny', images: ['/9j/4AAQSkZJRg=='] } })
    expect(response.headers.get('x-skein-warnings')).toBe(
      "The 'context' of the answer is without its images.",
    )
    expect(driver.requests[0]).toMatchObject({
      prompt: { type: 'chat', messages: [{ role: 'user', parts: [{ type: 'image', field: 'images[0]' }] }] },
    })
  })
})

describe('the context of an answer', () => {
  const contextOf = (node: ScriptedNode, json: object) =>
    jsonOf(callApp(node.app, GENERATE, { json: { ...once, stream: false, ...json } }))

  test('carries the conversation on, streamed or whole, and nothing is remembered for it', async () => {
    const first = createScriptedNode()
    const { context } = await contextOf(first, { system: 'Be short.' })
    const second = createScriptedNode()
    const lines = await ndjsonOf(
      callApp(second.app, GENERATE, { json: { ...once, prompt: 'And?', context } }),
    )
    const turns: [string, string][] = [
      ['system', 'Be short.'],
      ['user', 'Once'],
      ['assistant', 'Hello from the script.'],
      ['user', 'And?'],
    ]
    const messages = turns.map(([role, text]) => ({ role, parts: textPart(text) }))
    expect<unknown>(second.driver.requests[0]?.prompt).toEqual({ type: 'chat', messages })
    await contextOf(first, { prompt: 'More?', context: lines.at(-1)?.context })
    expect(first.driver.requests.at(-1)?.prompt).toMatchObject({ messages: { length: 6 } })
  })

  test('gives its place at the head to the system turn of the next request', async () => {
    const node = createScriptedNode()
    const { context } = await contextOf(node, { system: 'Be short.' })
    await contextOf(node, { system: 'Be long.', context })
    const prompt = node.driver.requests.at(-1)?.prompt
    if (prompt?.type !== 'chat') throw new Error('no chat')
    expect(prompt.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
    expect<unknown>(prompt.messages[0]?.parts).toEqual(textPart('Be long.'))
  })

  test('is not there for a prompt that did not go through the template', async () => {
    expect(await contextOf(createScriptedNode(), { raw: true })).not.toHaveProperty('context')
  })
})

describe('a model that is only loaded or unloaded', () => {
  const nothing: [string, object, object][] = [
    ['/api/generate', { model: 'tiny' }, { response: '' }],
    ['/api/generate', { model: 'tiny', prompt: '' }, { response: '' }],
    ['/api/chat', { model: 'tiny' }, { message: { role: 'assistant', content: '' } }],
    ['/api/chat', { model: 'tiny', messages: [] }, { message: { role: 'assistant', content: '' } }],
  ]
  test.each(nothing)(
    '%s with %j loads it, and unloads it with a keep_alive of 0',
    async (path, json, text) => {
      const { app, driver, pool } = createScriptedNode()
      const created_at = '2023-11-14T22:13:20.000000000Z'
      const loaded = await jsonOf(callApp(app, path, { json }))
      expect(loaded).toEqual({ model: 'tiny', created_at, ...text, done: true, done_reason: 'load' })
      expect(pool.openModels.map(String)).toEqual(['tiny'])
      const unloaded = await jsonOf(callApp(app, path, { json: { ...json, keep_alive: 0 } }))
      expect(unloaded).toMatchObject({ done: true, done_reason: 'unload' })
      expect(pool.openModels).toEqual([])
      expect(driver.requests).toEqual([])
    },
  )

  test('stays as long as the last request with a wish said, whatever the node is set to', async () => {
    const { app, clock, pool } = createScriptedNode({ settings: { keepAliveMs: 60_000 } })
    await callApp(app, GENERATE, { json: { ...once, stream: false, keep_alive: '2h' } })
    await callApp(app, GENERATE, { json: { ...once, stream: false } })
    await clock.advance(2 * 3_600_000 - 1)
    expect(pool.openModels).toHaveLength(1)
    await clock.advance(1)
    expect(pool.openModels).toHaveLength(0)
  })

  test('stays for good with −1, and leaves right after its answer with 0', async () => {
    const { app, clock, pool } = createScriptedNode()
    await callApp(app, GENERATE, { json: { ...once, stream: false, keep_alive: -1 } })
    await clock.advance(10 ** 9)
    expect(pool.openModels).toHaveLength(1)
    await callApp(app, GENERATE, { json: { ...once, stream: false, keep_alive: 0 } })
    await clock.advance(0)
    expect(pool.openModels).toHaveLength(0)
  })

  test('is not taken away from who works with it, but right after', async () => {
    const { app, clock, driver, pool } = createScriptedNode()
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    driver.script = { gate: () => gate }
    const streaming = await callApp(app, GENERATE, { json: once })
    await callApp(app, GENERATE, { json: { model: 'tiny', keep_alive: 0 } })
    expect(pool.openModels).toHaveLength(1)
    open()
    expect((await ndjsonOf(streaming)).at(-1)?.done_reason).toBe('stop')
    await clock.advance(0)
    expect(pool.openModels).toHaveLength(0)
  })
})

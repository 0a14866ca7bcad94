import { describe, expect, test } from 'bun:test'
import type { GenerateResponse } from 'ollama'
import { callApp } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
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
      context: [],
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

  const refusals: [string, object, RegExp][] = [
    ['a prompt that is a list', { prompt: ['a'] }, /prompt/],
    ['a template', { template: '{{ .Prompt }}' }, /'template' is not supported/],
    ['a suffix', { suffix: 'end' }, /'suffix' is not supported/],
    ['the context of an earlier answer', { context: [1, 2, 3] }, /'context' is not supported/],
    ['a system turn in raw mode', { raw: true, system: 'Be short.' }, /raw mode does not support 'system'/],
    ['an image', { images: ['/9j/4AAQSkZJRg=='] }, /'images': images are not supported/],
    ['images that are no list', { images: 'x' }, /'images': expected an array/],
    ['the size of a picture', { width: 512 }, /'width' is not supported/],
  ]
  test.each(refusals)('refuses %s by name', async (_, fields, message) => {
    const { app, driver } = createScriptedNode()
    const response = await callApp(app, GENERATE, { json: { ...once, ...fields } })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error).toMatch(message)
    expect(driver.requests).toHaveLength(0)
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

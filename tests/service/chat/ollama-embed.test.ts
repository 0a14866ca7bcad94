import { describe, expect, test } from 'bun:test'
import type { EmbeddingsResponse, EmbedResponse } from 'ollama'
import { callApp } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const EMBED = '/api/embed'
const settings = { contextTokens: 256 }

describe("Ollama's embeddings", () => {
  test('come in the order of their inputs, in the shape that the official client reads, with measured times', async () => {
    const { app, driver, clock } = createScriptedNode()
    driver.loadGate = () => clock.advance(20)
    const reply = await jsonOf(callApp(app, EMBED, { json: { model: 'tiny:latest', input: ['a', 'b'] } }))
    expect(reply).toEqual({
      model: 'tiny:latest',
      embeddings: [
        [1, 0, 0, 0],
        [Math.fround(Math.cos(1)), Math.fround(Math.sin(1)), 0, 0],
      ],
      total_duration: 20_000_000,
      load_duration: 20_000_000,
      prompt_eval_count: 4,
    } satisfies EmbedResponse)
  })

  test('are cut and brought to unit length for dimensions', async () => {
    const { app } = createScriptedNode()
    const json = { model: 'tiny', input: ['a', 'b'], dimensions: 1 }
    expect((await jsonOf(callApp(app, EMBED, { json }))).embeddings).toEqual([[1], [1]])
    expect((await callApp(app, EMBED, { json: { ...json, dimensions: 99 } })).status).toBe(400)
    expect((await callApp(app, EMBED, { json: { ...json, dimensions: 0 } })).status).toBe(200)
  })

  test('of a text that is longer than the context are of its beginning, unless the caller forbids it', async () => {
    const { app, driver } = createScriptedNode({ settings })
    const long = 'x'.repeat(300)
    const input = ['short', long, 'y'.repeat(255)]
    expect((await callApp(app, EMBED, { json: { model: 'tiny', input } })).status).toBe(200)
    const beginning = (text: string) => ({
      type: 'tokens' as const,
      tokens: [...new TextEncoder().encode(text.slice(0, 254))],
    })
    expect(driver.embeds.at(-1)?.inputs).toEqual([
      { type: 'text', text: 'short' },
      beginning(long),
      beginning('y'.repeat(255)),
    ])
    const refused = await callApp(app, EMBED, { json: { model: 'tiny', input, truncate: false } })
    expect([refused.status, await refused.json()]).toEqual([400, { error: 'Too long by far.' }])
  })

  test('of a very long text are made without reading all of it', async () => {
    const { app, driver } = createScriptedNode({ settings })
    const json = { model: 'tiny', input: 'x'.repeat(5_000_000) }
    expect((await callApp(app, EMBED, { json })).status).toBe(200)
    expect(driver.embeds.at(-1)?.inputs).toMatchObject([{ type: 'tokens' }])
  })

  test('of nothing only load the model, which stays as long as asked', async () => {
    for (const [path, body, reply] of [
      [EMBED, { input: '' }, { embeddings: [] }],
      [EMBED, { input: [] }, { embeddings: [] }],
      [EMBED, {}, { embeddings: [] }],
      ['/api/embeddings', { prompt: '' }, { embedding: [] }],
    ] as const) {
      const { app, clock, driver, pool } = createScriptedNode()
      const json = { model: 'tiny', ...body, keep_alive: '10s' }
      expect(await jsonOf(callApp(app, path, { json }))).toMatchObject(reply)
      expect(pool.openModels).toHaveLength(1)
      expect(driver.embeds).toHaveLength(0)
      await clock.advance(10_000)
      expect(pool.openModels).toHaveLength(0)
    }
  })

  test('come one at a time from the older route', async () => {
    const { app } = createScriptedNode()
    const reply = await jsonOf(callApp(app, '/api/embeddings', { json: { model: 'tiny', prompt: 'a' } }))
    expect(reply).toEqual({ embedding: [1, 0, 0, 0] } satisfies EmbeddingsResponse)
  })

  test('warn of what has no effect', async () => {
    const { app } = createScriptedNode()
    const options = { num_ctx: 8192, num_gpu: 1 }
    const response = await callApp(app, EMBED, {
      json: { model: 'tiny', input: 'a', frobnicate: 1, options },
    })
    expect(response.headers.get('x-skein-warnings')).toBe(
      "The field 'frobnicate' is unknown and has no effect. The option 'num_gpu' has no effect. " +
        'The model is open with a context of 4096 tokens, not 8192.',
    )
  })

  const refusals: [string, string, object, RegExp][] = [
    ['an empty text in a list', EMBED, { input: ['a', ''] }, /'input\[1\]' is empty/],
    ['token ids', EMBED, { input: [1, 2] }, /'input\[0\]': expected a string/],
    ['an object', EMBED, { input: {} }, /'input': expected a string or an array of strings/],
    ['too many texts', EMBED, { input: Array.from({ length: 2049 }, () => 'a') }, /at most 2048/],
    ['truncate in words', EMBED, { input: 'a', truncate: 'no' }, /truncate/],
    ['a broken keep_alive', EMBED, { input: 'a', keep_alive: 'soon' }, /'keep_alive'/],
    ['a list on the older route', '/api/embeddings', { prompt: ['a'] }, /prompt/],
    ['a body that is no object', EMBED, ['a'], /Expected object/],
  ]
  test.each(refusals)('refuse %s by name', async (_, path, fields, message) => {
    const { app, driver } = createScriptedNode()
    const json = Array.isArray(fields) ? fields : { model: 'tiny', ...fields }
    const response = await callApp(app, path, { json })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error).toMatch(message)
    expect(driver.embeds).toHaveLength(0)
  })
})

import { describe, expect, test } from 'bun:test'
import { callApp } from '../../support/call-app.ts'
import { createScriptedNode, scriptedCard } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

describe("LocalAI's token routes", () => {
  test('cut a text into token ids and put it together again', async () => {
    const { app, pool } = createScriptedNode()
    for (const prefix of ['/v1', '']) {
      const content = 'Ünïcode <|im_end|>'
      const { tokens } = await jsonOf(
        callApp(app, `${prefix}/tokenize`, { json: { model: 'tiny', content } }),
      )
      expect(tokens).toEqual([...new TextEncoder().encode(content)])
      const json = { model: 'tiny', tokens }
      expect(await jsonOf(callApp(app, `${prefix}/detokenize`, { json }))).toEqual({ content })
    }
    expect((await pool.reports())[0]?.activeRequests).toBe(0)
  })

  test("take other servers' words for the text, and an empty one", async () => {
    const { app } = createScriptedNode()
    const tokens = async (json: object) => (await jsonOf(callApp(app, '/v1/tokenize', { json }))).tokens
    expect(await tokens({ prompt: 'a' })).toEqual([97])
    expect(await tokens({ text: 'a' })).toEqual([97])
    expect(await tokens({ content: '' })).toEqual([])
  })

  test('warn of fields that nobody knows', async () => {
    const { app } = createScriptedNode()
    const json = { content: 'a', frobnicate: 1, add_special: false }
    const response = await callApp(app, '/v1/tokenize', { json })
    expect(response.headers.get('x-skein-warnings')).toBe(
      "The field 'frobnicate' is unknown and has no effect.",
    )
  })

  const refusals: [string, string, object, string | null][] = [
    ['no text', '/v1/tokenize', { model: 'tiny' }, 'content'],
    ['a text that is a list', '/v1/tokenize', { content: ['a'] }, 'content'],
    ['special tokens', '/v1/tokenize', { content: 'a', add_special: true }, 'add_special'],
    ['no tokens', '/v1/detokenize', { model: 'tiny' }, 'tokens'],
    ['tokens in words', '/v1/detokenize', { tokens: ['a'] }, 'tokens'],
    ['negative tokens', '/v1/detokenize', { tokens: [-1] }, 'tokens'],
    ['tokens that are no list', '/v1/detokenize', { tokens: 5 }, 'tokens'],
  ]
  test.each(refusals)('refuse %s by name', async (_, path, json, param) => {
    const { app } = createScriptedNode()
    const response = await callApp(app, path, { json })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error).toMatchObject({ type: 'invalid_request_error', param })
  })

  test('find the model by its name, or say that it is not there', async () => {
    const { app, driver } = createScriptedNode({ cards: [scriptedCard('alpha'), scriptedCard('beta')] })
    await callApp(app, '/v1/tokenize', { json: { model: 'BETA:latest', content: 'a' } })
    expect(driver.loads.map(({ id }) => String(id))).toEqual(['beta'])
    const response = await callApp(app, '/v1/tokenize', { json: { model: 'gamma', content: 'a' } })
    expect([response.status, (await jsonOf(response)).error.code]).toEqual([404, 'model_not_found'])
  })
})

describe("LocalAI's token metrics", () => {
  const nothing = { slot_id: null, prompt_json_for_slot: null }
  const metrics = (app: Parameters<typeof callApp>[0], query: string) =>
    jsonOf(callApp(app, `/v1/tokenMetrics${query}`))

  test("are the figures of the model's last answer, and tell nobody's prompt", async () => {
    const { app } = createScriptedNode({ cards: [scriptedCard('alpha'), scriptedCard('beta')] })
    const chat = (max_tokens: number) =>
      callApp(app, '/v1/chat/completions', {
        json: { model: 'alpha', messages: [{ role: 'user', content: 'hi' }], max_tokens },
      })
    await chat(5)
    await chat(2)
    expect(await metrics(app, '?model=Alpha')).toEqual({
      ...nothing,
      tokens_per_second: 1000,
      tokens_generated: 2,
      prompt_tokens_processed: 4,
    })
    const posted = callApp(app, '/v1/tokenMetrics', { json: { model: 'alpha' } })
    expect(await jsonOf(posted)).toMatchObject({ tokens_generated: 2 })
    expect(await metrics(app, '')).toMatchObject({ tokens_generated: 2 })
    expect(await metrics(app, '?model=beta')).toEqual({
      ...nothing,
      tokens_per_second: 0,
      tokens_generated: 0,
      prompt_tokens_processed: 0,
    })
    expect((await callApp(app, '/tokenMetrics?model=gamma')).status).toBe(404)
  })
})

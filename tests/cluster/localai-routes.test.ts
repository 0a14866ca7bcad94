import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'
import { jsonOf } from '../support/wire-json.ts'

let node: RunningNode

beforeAll(async () => {
  node = await startNode({ models: { 'known-answer': 'known-answer', embedder: 'bert-embedding' } })
}, 60_000)

afterAll(() => node.stop(), 60_000)

const post = (path: string, json: object): Promise<Response> =>
  fetch(node.url + path, { method: 'POST', body: JSON.stringify(json) })

describe("LocalAI's routes on a real node", () => {
  test('tokens make a round trip, markers in the text stay text', async () => {
    for (const content of ['Are you there?', '  Ünïcode 🦊 <|im_end|>\n']) {
      const { tokens } = await jsonOf(post('/v1/tokenize', { model: 'known-answer', content }))
      expect(tokens.length).toBeGreaterThan(3)
      expect(await jsonOf(post('/v1/detokenize', { model: 'known-answer', tokens }))).toEqual({ content })
    }
  })

  test('a token that the model lacks is refused, and the engine lives on', async () => {
    const response = await post('/v1/detokenize', { model: 'known-answer', tokens: [2 ** 31] })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error.type).toBe('invalid_request_error')
    expect((await post('/v1/tokenize', { model: 'known-answer', content: 'a' })).status).toBe(200)
  })

  test('an embedding model has tokens too', async () => {
    const { tokens } = await jsonOf(post('/v1/tokenize', { model: 'embedder', content: 'hello' }))
    expect(tokens.length).toBeGreaterThan(0)
  })

  test('an edit is answered by the model, and its figures are told afterwards', async () => {
    const edit = { model: 'known-answer', instruction: 'Fix it.', input: 'Helo' }
    const reply = await jsonOf(post('/v1/edits', edit))
    expect(reply).toMatchObject({ object: 'edit', choices: [{ index: 0, text: KNOWN_ANSWER }] })
    const figures = await jsonOf(fetch(`${node.url}/v1/tokenMetrics?model=known-answer`))
    expect(figures.tokens_generated).toBe(reply.usage.completion_tokens)
    expect(figures.tokens_per_second).toBeGreaterThan(0)
  })
})

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

  test('texts are ordered by how near their embeddings are, which is said, by the one model that can', async () => {
    const documents = ['water', 'the sun and the moon', 'hello world']
    const response = await post('/v1/rerank', { query: 'hello world', documents, top_n: 2 })
    expect(response.headers.get('x-skein-warnings')).toContain("'embedder' does not rank")
    const reply = await jsonOf(response)
    expect(reply).toMatchObject({ model: 'embedder', method: 'embedding-similarity' })
    expect(reply.results).toHaveLength(2)
    expect(reply.results[0]).toMatchObject({ index: 2, document: { text: 'hello world' } })
    expect(reply.results[0].relevance_score).toBeCloseTo(1, 3)
    expect(reply.results[1].relevance_score).toBeLessThan(reply.results[0].relevance_score)
    expect(reply.usage.prompt_tokens).toBeGreaterThan(6)
  })

  test('a text that is too long for reranking is named, and so is a model that cannot', async () => {
    const documents = ['hello', 'hello world '.repeat(5000)]
    const long = await post('/rerank', { model: 'embedder', query: 'hello', documents })
    expect([long.status, (await jsonOf(long)).error.param]).toEqual([400, 'documents[1]'])
    const unable = await post('/rerank', { model: 'known-answer', query: 'hello', documents: ['a'] })
    expect([unable.status, (await jsonOf(unable)).error.param]).toEqual([400, 'model'])
    const none = await post('/rerank', { model: 'embedder', query: 'hello', documents: ['a'], top_n: 0 })
    expect(none.status).toBe(422)
  })
})

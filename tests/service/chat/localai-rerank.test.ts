import { describe, expect, test } from 'bun:test'
import { callApp } from '../../support/call-app.ts'
import { createScriptedNode, scriptedCard } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const RERANK = '/v1/rerank'
const ranker = scriptedCard('ranker', { capabilities: ['rerank'] })
const embedder = scriptedCard('embedder', { capabilities: ['embed'] })
const chatter = scriptedCard('chatter', { capabilities: ['chat'] })
const nodeOf = (...cards: (typeof ranker)[]) => createScriptedNode({ cards })

const documents = ['the sky is blue', 'a cat sat on the mat', 'the cat and the dog']
const ask = { model: 'ranker', query: 'cat dog', documents }

describe('a ranking model', () => {
  test.each([RERANK, '/rerank'])('orders documents by their score, best first, at %s', async (path) => {
    const { app, driver } = nodeOf(ranker)
    const response = await callApp(app, path, { json: ask })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-skein-warnings')).toBeNull()
    expect(await response.json()).toEqual({
      model: 'ranker',
      usage: { total_tokens: 9, prompt_tokens: 9 },
      results: [
        { index: 2, document: { text: documents[2] }, relevance_score: 1 },
        { index: 1, document: { text: documents[1] }, relevance_score: 0.5 },
        { index: 0, document: { text: documents[0] }, relevance_score: 0 },
      ],
      method: 'ranking-model',
    })
    expect<unknown>(driver.ranks).toEqual([{ model: 'ranker', query: 'cat dog', documents }])
    expect(driver.embeds).toEqual([])
  })

  test('gives as many as were asked for, and never more than there are', async () => {
    const { app } = nodeOf(ranker)
    const indexes = async (top_n: unknown) =>
      (await jsonOf(callApp(app, RERANK, { json: { ...ask, top_n } }))).results.map(
        ({ index }: { index: number }) => index,
      )
    expect(await indexes(1)).toEqual([2])
    expect(await indexes(2)).toEqual([2, 1])
    expect(await indexes(99)).toEqual([2, 1, 0])
    expect(await indexes(null)).toEqual([2, 1, 0])
  })

  test('leaves equal documents in their order, takes objects with a text, and leaves the texts out on request', async () => {
    const { app, driver } = nodeOf(ranker)
    const json = {
      ...ask,
      documents: [{ text: 'x' }, 'cat', { text: 'cat', id: 7 }],
      return_documents: false,
    }
    expect((await jsonOf(callApp(app, RERANK, { json }))).results).toEqual([
      { index: 1, relevance_score: 0.5 },
      { index: 2, relevance_score: 0.5 },
      { index: 0, relevance_score: 0 },
    ])
    expect(driver.ranks[0]?.documents).toEqual(['x', 'cat', 'cat'])
  })

  test('warns of fields that nobody knows, and not of those of LocalAI', async () => {
    const { app } = nodeOf(ranker)
    const response = await callApp(app, RERANK, { json: { ...ask, backend: 'rerankers', max_chunks: 3 } })
    expect(response.headers.get('x-skein-warnings')).toBe(
      "The field 'max_chunks' is unknown and has no effect.",
    )
  })
})

describe('an embedding model', () => {
  test('stands in by the likeness of its vectors, and says so', async () => {
    const { app, driver } = nodeOf(embedder)
    const response = await callApp(app, RERANK, { json: { ...ask, model: 'Embedder:latest' } })
    expect(response.headers.get('x-skein-warnings')).toContain("'embedder' does not rank")
    const reply = await jsonOf(response)
    expect(reply).toMatchObject({ model: 'Embedder:latest', method: 'embedding-similarity' })
    expect(reply.usage).toEqual({ total_tokens: 8, prompt_tokens: 8 })
    // The scripted vectors turn away from the first: cos 1, cos 2, cos 3.
    expect(reply.results.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2])
    for (const [index, { relevance_score }] of reply.results.entries())
      expect(relevance_score).toBeCloseTo((1 + Math.cos(index + 1)) / 2, 6)
    expect(driver.embeds[0]?.inputs.map((input) => input.type === 'text' && input.text)).toEqual([
      'cat dog',
      ...documents,
    ])
  })

  test('names the document that is longer than its context', async () => {
    const { app, pool } = nodeOf(embedder)
    const long = ['short', 'é'.repeat(2050), 'long'.repeat(9000)]
    const response = await callApp(app, RERANK, { json: { ...ask, model: 'embedder', documents: long } })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error).toMatchObject({
      code: 'context_length_exceeded',
      param: 'documents[1]',
      message: "'documents[1]' is too long: the model is open with a context of 4096 tokens.",
    })
    expect((await pool.reports())[0]?.activeRequests).toBe(0)
  })
})

describe('without a model name', () => {
  test('a ranking model is meant, else one that makes embeddings, loaded or not', async () => {
    const json = { query: 'cat', documents }
    const both = nodeOf(embedder, chatter, ranker)
    await callApp(both.app, '/v1/embeddings', { json: { input: 'x' } })
    expect((await jsonOf(callApp(both.app, RERANK, { json }))).model).toBe('ranker')
    expect((await jsonOf(callApp(nodeOf(chatter, embedder).app, RERANK, { json }))).model).toBe('embedder')
  })

  test('and without either it is a 503 with the reason', async () => {
    const response = await callApp(nodeOf(chatter).app, RERANK, { json: { query: 'cat', documents } })
    expect(response.status).toBe(503)
    expect((await jsonOf(response)).error.message).toContain('can rank or make embeddings')
  })
})

describe('what reranking refuses', () => {
  const refusals: [string, object, number, string | null, RegExp][] = [
    ['a top_n of 0, with the status of LocalAI', { ...ask, top_n: 0 }, 422, 'top_n', /1 or more/],
    ['a top_n below', { ...ask, top_n: -3 }, 422, 'top_n', /1 or more/],
    ['half a document', { ...ask, top_n: 1.5 }, 422, 'top_n', /whole number/],
    ['a top_n in words', { ...ask, top_n: 'all' }, 422, 'top_n', /whole number/],
    ['no query', { ...ask, query: undefined }, 400, 'query', /query/],
    ['an empty query', { ...ask, query: ' \n' }, 400, 'query', /'query' is empty/],
    ['a query that is a list', { ...ask, query: ['a'] }, 400, 'query', /query/],
    ['no documents', { ...ask, documents: undefined }, 400, 'documents', /documents/],
    ['an empty list', { ...ask, documents: [] }, 400, 'documents', /1 to 1000 entries, got 0/],
    ['too many documents', { ...ask, documents: Array.from({ length: 1001 }, () => 'a') }, 400, 'documents', /got 1001/],
    ['documents that are a text', { ...ask, documents: 'a' }, 400, 'documents', /an array of texts/],
    ['a document that is a number', { ...ask, documents: ['a', 5] }, 400, 'documents[1]', /a text, or an object/],
    ['an object without a text', { ...ask, documents: [{ title: 'a' }] }, 400, 'documents[0]', /a text, or an object/],
    ['an empty document', { ...ask, documents: ['a', ''] }, 400, 'documents[1]', /'documents\[1\]' is empty/],
    ['a chat model', { ...ask, model: 'chatter' }, 400, 'model', /'chatter' can neither rank nor make embeddings/],
    ['an unknown model', { ...ask, model: 'nope' }, 404, 'model', /'nope'/],
  ] // prettier-ignore
  test.each(refusals)('%s', async (_, ...row) => {
    const [json, status, param, message] = row
    const { app, driver } = nodeOf(ranker, embedder, chatter)
    const response = await callApp(app, RERANK, { json })
    const { error } = await jsonOf(response)
    expect([response.status, error.param]).toEqual([status, param])
    expect(error.message).toMatch(message)
    expect(driver.ranks).toEqual([])
  })

  test('malformed JSON and bodies that are no object', async () => {
    const { app } = nodeOf(ranker)
    expect((await callApp(app, RERANK, { method: 'POST', body: '{' })).status).toBe(400)
    for (const json of [[1], null, 'hi', 5])
      expect((await callApp(app, RERANK, { json })).status, JSON.stringify(json)).toBe(400)
  })
})

import { expect, test } from 'bun:test'
import { answerOf, chat, faultOf, rejectionOf, soon } from './ask-engine.ts'
import type { EngineBench } from './engine-bench.ts'

const QUERY = 'What is the weather like?'
const DOCUMENTS = ['The weather is fine.', 'hello world', 'Grüße 😀', 'the', 'hello world']

export const describeRanking = (bench: EngineBench): void => {
  const rank = async (documents: readonly string[], query = QUERY, signal = soon()) => {
    const engine = await bench.engine('bert-rerank')
    return engine.rank({ model: engine.model, query, documents }, signal)
  }

  test('each document gets a score, in the order of the documents', async () => {
    const { promptTokens, scores } = await rank(DOCUMENTS)
    expect(scores.length).toBe(DOCUMENTS.length)
    for (const score of scores) {
      expect(score).toBeGreaterThan(0)
      expect(score).toBeLessThan(1)
    }
    expect(scores[4]).toBeCloseTo(scores[1] ?? Number.NaN, 5)
    expect(new Set(scores.map((score) => score.toFixed(5))).size).toBe(4)
    expect(promptTokens).toBeGreaterThan(DOCUMENTS.length * 5)
    const turned = await rank(DOCUMENTS.toReversed())
    for (const [place, score] of turned.scores.toReversed().entries())
      expect(score).toBeCloseTo(scores[place] ?? Number.NaN, 5)
  })

  test('the score is of query and document together', async () => {
    const [one = 0, other = 0] = await Promise.all(
      [QUERY, 'name of the house'].map(async (query) => (await rank(['hello world'], query)).scores[0]),
    )
    expect(Math.abs(one - other)).toBeGreaterThan(1e-5)
  })

  test('many callers at once get their own scores', async () => {
    const reference = await rank(DOCUMENTS)
    const rounds = await Promise.all(Array.from({ length: 6 }, () => rank(DOCUMENTS)))
    for (const { scores } of rounds)
      for (const [place, score] of scores.entries())
        expect(score).toBeCloseTo(reference.scores[place] ?? Number.NaN, 5)
  })

  test('no documents, no scores', async () => {
    expect((await rank([])).scores).toEqual([])
  })

  test('query and document together have to fit into the context', async () => {
    const engine = await bench.engine('bert-rerank')
    const fault = await faultOf(rank(['short', 'hello '.repeat(engine.contextTokens)]))
    expect(fault.code).toBe('context_length_exceeded')
    expect(fault.message).toContain(String(engine.contextTokens))
    const half = 'hello '.repeat(engine.contextTokens / 2 + 10)
    expect((await faultOf(rank([half], half))).code).toBe('context_length_exceeded')
    expect((await rank(['short'])).scores.length).toBe(1)
  })

  test('nobody waits for scores that nobody wants', async () => {
    const reason = new Error('no longer wanted')
    expect(await rejectionOf(rank(DOCUMENTS, QUERY, AbortSignal.abort(reason)))).toBe(reason)
  })

  test('other models do not rank, and a ranking model does nothing else', async () => {
    for (const kind of ['known-answer', 'bert-embedding'] as const) {
      const engine = await bench.engine(kind)
      const fault = await faultOf(engine.rank({ model: engine.model, query: 'a', documents: ['b'] }, soon()))
      expect(fault).toMatchObject({ code: 'invalid_request', param: 'model' })
    }
    const ranking = await bench.engine('bert-rerank')
    expect((await faultOf(answerOf(ranking, chat('Hello?')))).code).toBe('invalid_request')
    const inputs = [{ type: 'text', text: 'one' } as const]
    expect((await faultOf(ranking.embed({ model: ranking.model, inputs }, soon()))).code).toBe(
      'invalid_request',
    )
  })
}

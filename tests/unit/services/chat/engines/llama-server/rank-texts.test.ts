import { expect, test } from 'bun:test'
import { rankTexts } from '@service/chat/engines/llama-server/rank-texts.ts'
import { scriptedClient } from './scripted-client.ts'

const never = new AbortController().signal

test('scores come in the order of the texts, squeezed between 0 and 1', async () => {
  const bodies: unknown[] = []
  const client = scriptedClient((path, body) => {
    bodies.push([path, body])
    return {
      results: [
        { index: 2, relevance_score: 2 },
        { index: 0, relevance_score: 0 },
        { index: 1, relevance_score: -1000 },
      ],
      usage: { prompt_tokens: 31 },
    }
  })
  const ranking = await rankTexts(client, { query: 'q\ud800', documents: ['a', 'b', 'c\ud800'] }, never)
  expect(ranking).toEqual({ scores: [0.5, 0, 1 / (1 + Math.exp(-2))], promptTokens: 31 })
  expect(bodies).toEqual([['/rerank', { query: 'q\ufffd', documents: ['a', 'b', 'c\ufffd'] }]])
})

test('a text without its score is a failure of the engine', async () => {
  const client = scriptedClient(() => ({ results: [{ index: 0, relevance_score: 1 }] }))
  await expect(rankTexts(client, { query: 'q', documents: ['a', 'b'] }, never)).rejects.toMatchObject({
    code: 'engine_failed',
  })
})

import { Fault } from '@shared/fault/fault.ts'
import type { Ranking, RankRequest } from '@shared/inference/rank-request.ts'
import type { LlamaServerClient } from './llama-server-client.ts'
import { isWireObject, listField, numberField, objectField } from './wire-reply.ts'

/** How well each text answers the query, in their order. @throws Fault `context_length_exceeded` */
export const rankTexts = async (
  client: LlamaServerClient,
  { documents, query }: Pick<RankRequest, 'documents' | 'query'>,
  signal: AbortSignal,
): Promise<Ranking> => {
  const body = { query: query.toWellFormed(), documents: documents.map((text) => text.toWellFormed()) }
  const reply = await client.call('/rerank', body, signal)
  const results = listField(reply, 'results').filter(isWireObject)
  if (results.length !== documents.length) {
    throw new Fault(
      'engine_failed',
      `llama-server sent ${results.length} scores for ${documents.length} texts.`,
    )
  }
  return {
    // It sends the best first.
    scores: results
      .toSorted((left, right) => numberField(left, 'index') - numberField(right, 'index'))
      .map((result) => logistic(numberField(result, 'relevance_score'))),
    promptTokens: numberField(objectField(reply, 'usage'), 'prompt_tokens'),
  }
}

const logistic = (score: number): number => 1 / (1 + Math.exp(-score))

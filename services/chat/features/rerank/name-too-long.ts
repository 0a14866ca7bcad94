import type { RerankMethod } from '@shared/dialects/localai/localai-rerank.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { RankRequest } from '@shared/inference/rank-request.ts'
import type { TextEngine } from '@shared/inference/text-engine.ts'

/** Room for the tokens that models put around a text, and between a query and a document. */
const TOKENS_AROUND = { 'embedding-similarity': 2, 'ranking-model': 4 } as const satisfies Record<
  RerankMethod,
  number
>
/** No character is more tokens than it has bytes in UTF-8. */
const MOST_TOKENS_PER_CHARACTER = 3
/** Hardly a token is longer: what is so long is not looked at, for it would hold up other answers. */
const MOST_CHARACTERS_PER_TOKEN = 32

/** The failure with the text that did not fit by its name; engines only say that one did not. Others stay as they are. */
export const nameTooLong = async (
  engine: TextEngine,
  request: RankRequest,
  method: RerankMethod,
  error: unknown,
): Promise<unknown> => {
  if (!(error instanceof Fault) || error.code !== 'context_length_exceeded') return error
  const param = await findTooLong(engine, request, method)
  const beside = method === 'ranking-model' && param !== 'query' ? ' together with the query' : ''
  return new Fault(
    'context_length_exceeded',
    `'${param}' is too long${beside}: the model is open with a context of ${engine.contextTokens} tokens.`,
    { param, details: { contextTokens: engine.contextTokens }, cause: error },
  )
}

const findTooLong = async (
  engine: TextEngine,
  { query, documents }: RankRequest,
  method: RerankMethod,
): Promise<string> => {
  const most = engine.contextTokens - TOKENS_AROUND[method]
  const queryTokens = await countTokens(engine, query, most)
  if (queryTokens > most) return 'query'
  const room = method === 'ranking-model' ? most - queryTokens : most
  for (const [index, text] of documents.entries()) {
    const isSurelyShort = text.length * MOST_TOKENS_PER_CHARACTER <= room
    if (!isSurelyShort && (await countTokens(engine, text, room)) > room) return `documents[${index}]`
  }
  return 'documents'
}

const countTokens = async (engine: TextEngine, text: string, most: number): Promise<number> => {
  const isSurelyLong = text.length > most * MOST_CHARACTERS_PER_TOKEN
  return isSurelyLong ? Number.POSITIVE_INFINITY : (await engine.tokenize(text)).length
}

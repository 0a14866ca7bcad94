import { Fault } from '@shared/fault/fault.ts'
import type { Ranking, RankRequest } from '@shared/inference/rank-request.ts'
import type { LlamaModel, LlamaRankingContext, Token } from 'node-llama-cpp'
import { contextFault } from '../../policy/context-fault.ts'
import type { ModelTokenizer } from './model-tokenizer.ts'

export interface RankerParts {
  readonly model: LlamaModel
  readonly tokenizer: ModelTokenizer
  readonly contextTokens: number
  readonly threads: number
}

export type PairsToRank = Pick<RankRequest, 'query' | 'documents'>

/** Scores documents, one after the other. */
export interface Ranker {
  /** @throws Fault `context_length_exceeded`, `too_large`; the signal's reason between two documents */
  rank(pairs: PairsToRank, signal: AbortSignal): Promise<Ranking>
}

export const createRanker = (parts: RankerParts): Ranker => {
  let opening: Promise<LlamaRankingContext> | undefined
  const open = (): Promise<LlamaRankingContext> => {
    opening ??= openContext(parts)
    return opening
  }
  return {
    async rank({ documents, query }, signal) {
      const context = await open()
      const queryTokens = parts.tokenizer.tokenize(query)
      const pairs = documents.map((document) => pairOf(parts, context, queryTokens, document))
      const scores: number[] = []
      for (const { tokens } of pairs) {
        signal.throwIfAborted()
        scores.push(numberOf(await context.rank(queryTokens, tokens)))
      }
      return { scores, promptTokens: pairs.reduce((sum, { length }) => sum + length, 0) }
    },
  }
}

/** As for embeddings: a pair is read in one batch, and has to be shorter than the context. */
const openContext = ({ contextTokens, model, threads }: RankerParts): Promise<LlamaRankingContext> =>
  model.createRankingContext({
    contextSize: contextTokens + 1,
    batchSize: contextTokens + 1,
    threads,
    ignoreMemorySafetyChecks: true,
  })

interface Pair {
  readonly tokens: Token[]
  /** Of query and document, with the tokens that the model wants around them. */
  readonly length: number
}

const pairOf = (
  { contextTokens, tokenizer }: RankerParts,
  context: LlamaRankingContext,
  query: Token[],
  document: string,
): Pair => {
  const tokens = tokenizer.tokenize(document)
  const length = context.calculateInputLength(query, tokens)
  if (length > contextTokens) throw contextFault(length, contextTokens)
  return { tokens, length }
}

const numberOf = (score: number): number => {
  if (!Number.isFinite(score)) throw new Fault('engine_failed', 'The model gave a score that is no number.')
  return score
}

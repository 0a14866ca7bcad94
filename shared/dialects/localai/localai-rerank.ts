import { Fault } from '@shared/fault/fault.ts'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { checkFields } from '../check-fields.ts'
import { isRecord, wrongType } from '../wire-field.ts'

const MOST_DOCUMENTS = 1000
const UNPROCESSABLE = 422

/** Body of `POST /v1/rerank`, in the form of Jina's API that LocalAI and others took over. */
export const LocalaiRerankBody = Type.Object(
  {
    model: Type.Optional(
      Type.String({ description: 'Absent: a model that ranks, else one that makes embeddings.' }),
    ),
    query: Type.String(),
    documents: Type.Unknown({
      description: 'Texts, or objects with a text.',
      type: 'array',
      minItems: 1,
      maxItems: MOST_DOCUMENTS,
      items: { anyOf: [{ type: 'string' }, { type: 'object', required: ['text'] }] },
    }),
    top_n: Type.Optional(
      Type.Unknown({ description: 'Only the best of this many; absent: all.', type: 'integer', minimum: 1 }),
    ),
    return_documents: Type.Optional(
      Type.Boolean({ description: 'Whether results repeat the texts; absent: true.' }),
    ),
  },
  { additionalProperties: true, title: 'JINARerankRequest' },
)

export type LocalaiRerankBody = Static<typeof LocalaiRerankBody>

const KNOWN = new Set(Object.keys(LocalaiRerankBody.properties))

export interface DecodedRerank {
  readonly query: string
  readonly documents: readonly string[]
  /** How many results are wanted; never more than there are documents. */
  readonly resultCount: number
  readonly returnsDocuments: boolean
  readonly warnings: readonly string[]
}

/** What made the scores: a model for it, or the likeness of embeddings. */
export type RerankMethod = 'ranking-model' | 'embedding-similarity'

export interface ScoredDocuments {
  /** 0…1, in the order of the documents. */
  readonly scores: readonly number[]
  readonly promptTokens: number
  readonly method: RerankMethod
}

/** @throws Fault `invalid_request` naming the field */
export const decodeLocalaiRerank = (body: LocalaiRerankBody): DecodedRerank => {
  const warnings = checkFields(body, { known: KNOWN, refused: {}, harmless: new Set(['backend']) })
  if (body.query.trim() === '') throw refusal('query', "'query' is empty: there is nothing to rank by.")
  const documents = decodeDocuments(body.documents)
  const resultCount = Math.min(decodeTopN(body.top_n) ?? documents.length, documents.length)
  return {
    query: body.query,
    documents,
    resultCount,
    returnsDocuments: body.return_documents ?? true,
    warnings,
  }
}

/** Best first; of equal ones the first. `method` is an extension that its clients ignore. */
export const encodeLocalaiRerank = (
  { scores, promptTokens, method }: ScoredDocuments,
  { documents, resultCount, returnsDocuments }: DecodedRerank,
  model: string,
) => ({
  model,
  usage: { total_tokens: promptTokens, prompt_tokens: promptTokens },
  results: documents
    .map((text, index) => ({
      index,
      ...(returnsDocuments ? { document: { text } } : {}),
      relevance_score: scores[index] ?? 0,
    }))
    .toSorted((left, right) => right.relevance_score - left.relevance_score)
    .slice(0, resultCount),
  method,
})

/** The status of a failure: LocalAI has another one than everywhere else for a `top_n` below 1, and its clients know it. */
export const localaiRerankStatus = (fault: Fault): number =>
  fault.code === 'invalid_request' && fault.param === 'top_n' ? UNPROCESSABLE : fault.status

const decodeDocuments = (documents: unknown): readonly string[] => {
  if (!Array.isArray(documents)) throw wrongType('documents', 'an array of texts', documents)
  if (documents.length < 1 || documents.length > MOST_DOCUMENTS) {
    throw refusal(
      'documents',
      `'documents' must have 1 to ${MOST_DOCUMENTS} entries, got ${documents.length}.`,
    )
  }
  return documents.map((document: unknown, index) => {
    const param = `documents[${index}]`
    const text = isRecord(document) ? document['text'] : document
    if (typeof text !== 'string') throw wrongType(param, 'a text, or an object with a text', document)
    if (text === '') throw refusal(param, `'${param}' is empty.`)
    return text
  })
}

const decodeTopN = (value: unknown): number | undefined => {
  if (value === undefined) return undefined
  if (Number.isSafeInteger(value) && Number(value) >= 1) return Number(value)
  throw refusal('top_n', "'top_n' must be a whole number, 1 or more.")
}

const refusal = (param: string, message: string): Fault => new Fault('invalid_request', message, { param })

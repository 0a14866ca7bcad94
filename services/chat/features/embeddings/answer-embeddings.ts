import type { EmbedDialect } from '@shared/dialects/embed-dialect.ts'
import { clientHasLeft } from '@shared/http/client-has-left.ts'
import { warningsHeader } from '@shared/http/warnings-header.ts'
import { engineWishesOf } from '../models/engine-wishes.ts'
import type { ModelDirectory } from '../models/model-directory.ts'
import { requestedModel } from '../models/requested-model.ts'
import { visitIdOf } from '../usage/visit-id-of.ts'
import type { MakeEmbeddings } from './make-embeddings.ts'

export interface AnswerEmbeddingsPorts {
  readonly makeEmbeddings: MakeEmbeddings
  readonly directory: ModelDirectory
}

/** Answers one request for embeddings in one dialect: decode, embed, encode. The same for every dialect. */
export const createAnswerEmbeddings =
  ({ directory, makeEmbeddings }: AnswerEmbeddingsPorts) =>
  async <Body extends { readonly model?: string }>(
    dialect: EmbedDialect<Body>,
    body: Body,
    request: Request,
  ): Promise<Response> => {
    const model = await requestedModel(directory, body.model, 'embed', request)
    const decoded = dialect.decode(body, model)
    const warnings = new Set(decoded.warnings)
    const wishes = {
      ...engineWishesOf(decoded, warnings),
      isCutToFit: decoded.isCutToFit ?? false,
      visitId: visitIdOf(request),
    }
    try {
      const embeddings = await makeEmbeddings(decoded.request, request.signal, wishes)
      const reply = dialect.encode(embeddings, decoded.shape, body.model?.trim() || model)
      return Response.json(reply, { headers: Object.fromEntries(warningsHeader([...warnings])) })
    } catch (error) {
      if (request.signal.aborted) return clientHasLeft()
      throw error
    }
  }

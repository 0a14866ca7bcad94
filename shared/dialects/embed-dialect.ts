import type { Fault } from '@shared/fault/fault.ts'
import type { Embeddings, EmbedRequest } from '@shared/inference/embed-request.ts'
import type { ModelId } from '@shared/inference/model-card.ts'

/** How the caller wants the vectors. */
export interface EmbedShape {
  readonly encoding: 'float' | 'base64'
  /** Length to cut the vectors to; they are normalised again. */
  readonly dimensions?: number
}

export interface DecodedEmbedRequest {
  readonly request: EmbedRequest
  readonly shape: EmbedShape
  readonly warnings: readonly string[]
}

/** One way to ask for embeddings on the wire. */
export interface EmbedDialect<Body> {
  decode(body: Body, model: ModelId): DecodedEmbedRequest
  /** @throws Fault when the vectors are shorter than what was asked for */
  encode(embeddings: Embeddings, shape: EmbedShape, model: string): unknown
  faultBody(fault: Fault): unknown
}

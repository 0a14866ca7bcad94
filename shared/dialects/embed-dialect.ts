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
  /** Inputs that are longer than the context are cut to it, instead of refused. */
  readonly isCutToFit?: boolean
  /** How long the model stays when it is idle, in milliseconds; negative: until its memory is needed. */
  readonly keepAliveMs?: number
  /** Context that the caller counts on, in tokens; a model that is open with less is named in a warning. */
  readonly contextTokens?: number
}

/** One way to ask for embeddings on the wire. */
export interface EmbedDialect<Body> {
  decode(body: Body, model: ModelId): DecodedEmbedRequest
  /** @throws Fault when the vectors are shorter than what was asked for */
  encode(embeddings: Embeddings, shape: EmbedShape, model: string): unknown
  faultBody(fault: Fault): unknown
}

import type { Fault } from '@shared/fault/fault.ts'
import type { Generation } from '@shared/inference/generation.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { GenerateRequest } from '@shared/inference/generate-request.ts'
import type { ModelId } from '@shared/inference/model-card.ts'

/** What an answer needs and a pure dialect cannot make up itself. */
export interface ReplyContext {
  /** Unique part of the reply's id. */
  readonly id: string
  /** Unix seconds. */
  readonly createdAt: number
  /** The model's name as the caller wrote it, or its id when they wrote none. */
  readonly model: string
  /** The stream ends with a chunk of usage counts (OpenAI's `stream_options.include_usage`). */
  readonly includeUsage: boolean
}

export interface DecodedRequest {
  readonly request: GenerateRequest
  readonly isStream: boolean
  readonly includeUsage: boolean
  /** How many independent answers the caller wants. */
  readonly choices: number
}

/** One way to ask for text on the wire: pure, no clock, no randomness. */
export interface TextDialect<Body> {
  readonly streamType: 'text/event-stream' | 'application/x-ndjson'
  /** @throws Fault `invalid_request` naming the field that cannot be honoured */
  decode(body: Body, model: ModelId): DecodedRequest
  encode(generations: readonly Generation[], reply: ReplyContext): unknown
  /** `choices` streams, told apart by their position. */
  frames(choices: AsyncIterable<ChoiceEvent>, reply: ReplyContext): AsyncIterable<string>
  faultBody(fault: Fault): unknown
  faultFrame(fault: Fault): string
}

/** An event of one of several answers that are streamed together. */
export interface ChoiceEvent {
  readonly choice: number
  readonly event: GenerationEvent
}

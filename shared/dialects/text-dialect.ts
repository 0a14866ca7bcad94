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
  /** Unix milliseconds: a dialect that stamps each frame has no clock of its own. */
  readonly now: () => number
  /** The caller wants timings beside the usage (LocalAI's `Extra-Usage` header). */
  readonly includesTimings: boolean
}

export interface DecodedRequest {
  /** One for each answer that the caller wants, in the order of the answers. */
  readonly requests: readonly GenerateRequest[]
  /** How many answers in a row share one prompt; its tokens are counted once. */
  readonly samplesPerPrompt: number
  readonly isStream: boolean
  /** The stream ends with a frame of usage counts (OpenAI's `stream_options.include_usage`). */
  readonly includesUsage: boolean
  /** Text that each answer begins with (OpenAI's `echo`); empty when there is none. */
  readonly prefixes: readonly string[]
  /** What was understood but has no effect, one sentence each. */
  readonly warnings: readonly string[]
  /** Nothing is to be written: the model is only brought into memory, or out of it. */
  readonly residence?: 'load' | 'unload'
  /** How long the model stays when it is idle, in milliseconds; negative: until its memory is needed. */
  readonly keepAliveMs?: number
  /** Context that the caller counts on, in tokens; a model that is open with less is named in a warning. */
  readonly contextTokens?: number
  /** MCP servers of this node whose tools the model may use, by the names of the configuration. */
  readonly mcpServers?: readonly string[] | 'all'
  /** Calls are told in OpenAI's first form, `function_call`: at most one, and without an id. */
  readonly usesLegacyFunctions?: boolean
}

/** An event of one of several answers that are streamed together. */
export interface ChoiceEvent {
  readonly choice: number
  readonly event: GenerationEvent
}

/** What of the decoded request an answer must know. */
export type ReplyShape = Pick<
  DecodedRequest,
  'requests' | 'samplesPerPrompt' | 'includesUsage' | 'prefixes' | 'residence' | 'usesLegacyFunctions'
>

/** One way to ask for text on the wire: pure, without clock or randomness. */
export interface TextDialect<Body> {
  readonly streamType: 'text/event-stream' | 'application/x-ndjson'
  /** @throws Fault `invalid_request` naming the field that cannot be honoured */
  decode(body: Body, model: ModelId): DecodedRequest
  encode(generations: readonly Generation[], shape: ReplyShape, reply: ReplyContext): unknown
  frames(events: AsyncIterable<ChoiceEvent>, shape: ReplyShape, reply: ReplyContext): AsyncIterable<string>
  /** @param requestId as the router named the request; null when it came here directly */
  faultBody(fault: Fault, requestId: string | null): unknown
  faultFrame(fault: Fault, requestId: string | null): string
}

import type { ModelId } from './model-card.ts'

/** Who speaks. `developer` of OpenAI is `system` here. */
export type Role = 'system' | 'user' | 'assistant' | 'tool'

export interface TextPart {
  readonly type: 'text'
  readonly text: string
}

/** One part of a message. Tool calls and images join as further members of this union. */
export type MessagePart = TextPart

export interface Message {
  readonly role: Role
  readonly parts: readonly MessagePart[]
  readonly name?: string
}

export type Prompt =
  | { readonly type: 'chat'; readonly messages: readonly Message[] }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tokens'; readonly tokens: readonly number[] }

/** How the next token is drawn. What is absent falls back to `DEFAULT_SAMPLING`. */
export interface Sampling {
  /** ≥ 0; 0 is greedy. */
  readonly temperature?: number
  /** 0…1; 1 is off. */
  readonly topP?: number
  /** ≥ 0; 0 is off. */
  readonly topK?: number
  /** 0…1; 0 is off. */
  readonly minP?: number
  readonly seed?: number
  /** 1 is off. */
  readonly repeatPenalty?: number
  /** −2…2; 0 is off. */
  readonly frequencyPenalty?: number
  /** −2…2; 0 is off. */
  readonly presencePenalty?: number
  /** How many of the last tokens the three penalties look at; negative: all of them. */
  readonly repeatLastTokens?: number
  /** Added to the logits, by token id; −100 bans. */
  readonly logitBias?: ReadonlyMap<number, number>
}

export interface GenerateRequest {
  readonly model: ModelId
  readonly prompt: Prompt
  readonly sampling: Sampling
  /** Most tokens to generate; absent: until the context is full. */
  readonly maxTokens?: number
  /** The answer ends before the first of these; they are not part of it. */
  readonly stop: readonly string[]
}

import type { ModelId } from './model-card.ts'

/** Who speaks. `developer` of OpenAI is `system` here; a `tool` message is the result of a call. */
export type Role = 'system' | 'user' | 'assistant' | 'tool'

export interface TextPart {
  readonly type: 'text'
  readonly text: string
}

/** An image as the caller gave it: checked for its form, not fetched and not decoded into pixels. */
export interface ImagePart {
  readonly type: 'image'
  readonly source:
    | { readonly type: 'base64'; readonly mediaType: string; readonly data: string }
    | { readonly type: 'url'; readonly url: string }
  /** Where the caller wrote it (`messages[0].content[1]`), for a refusal that names it. */
  readonly field: string
}

/** What the model thought before it answered. */
export interface ReasoningPart {
  readonly type: 'reasoning'
  readonly text: string
}

/** A call that the model asked for. */
export interface ToolCall {
  readonly id: string
  readonly name: string
  /** JSON text of an object. */
  readonly arguments: string
}

export type ToolCallPart = ToolCall & { readonly type: 'tool-call' }

/** One part of a message. Reasoning and calls are in messages of the assistant only. */
export type MessagePart = TextPart | ImagePart | ReasoningPart | ToolCallPart

export interface Message {
  readonly role: Role
  readonly parts: readonly MessagePart[]
  readonly name?: string
  /** Of a `tool` message: the id of the call that it answers; absent where the dialect has no ids. */
  readonly toolCallId?: string
}

/** A JSON Schema, its keywords not yet looked at. */
export type JsonSchema = Readonly<Record<string, unknown>>

export interface ToolDefinition {
  readonly name: string
  readonly description?: string
  /** Schema of the arguments: an object. */
  readonly parameters: JsonSchema
  /** True: a schema that cannot be guaranteed is refused. Otherwise its inexpressible keywords are loosened. */
  readonly isStrict?: boolean
}

/** How much the model is to think; what is absent is left to the model's template. */
export interface ReasoningWish {
  readonly isEnabled?: boolean
  readonly effort?: 'minimal' | 'low' | 'medium' | 'high'
}

/** A conversation, and everything else that the model's template makes a prompt of. */
export interface ChatPrompt {
  readonly type: 'chat'
  readonly messages: readonly Message[]
  /** Tools that the model is told of; absent or empty: none. */
  readonly tools?: readonly ToolDefinition[]
  readonly reasoning?: ReasoningWish
  /** Further variables of the template (`chat_template_kwargs`). */
  readonly templateVariables?: Readonly<Record<string, unknown>>
}

export type Prompt =
  | ChatPrompt
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tokens'; readonly tokens: readonly number[] }
  /** Text to be written between two others; models that were not trained for it refuse. */
  | { readonly type: 'infill'; readonly prefix: string; readonly suffix: string }

/** Whether the model may (`auto`), must (`required`) or must call a certain tool. Without tools of no effect. */
export type ToolChoice =
  | { readonly type: 'auto' }
  | { readonly type: 'required' }
  | { readonly type: 'tool'; readonly name: string }

/** The form that the answer must have. The engine can write nothing else. */
export type OutputFormat =
  /** Any JSON object. */
  | { readonly type: 'json' }
  | { readonly type: 'json-schema'; readonly schema: JsonSchema }
  /** In GBNF, llama.cpp's own grammar language. */
  | { readonly type: 'grammar'; readonly grammar: string }

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
  /** 0…1; 1 is off. An engine without it refuses by this name. */
  readonly typicalP?: number
  /** Takes the place of the cutting samplers. An engine without it refuses. */
  readonly mirostat?: { readonly version: 1 | 2; readonly tau?: number; readonly eta?: number }
  /** The answer ends only with its token budget. */
  readonly ignoresEndOfAnswer?: boolean
}

export interface GenerateRequest {
  readonly model: ModelId
  readonly prompt: Prompt
  readonly sampling: Sampling
  /** Most tokens to generate; absent: until the context is full. */
  readonly maxTokens?: number
  /** The answer's text ends before the first of these; they are not part of it. */
  readonly stop: readonly string[]
  /** Absent: `auto`. */
  readonly toolChoice?: ToolChoice
  /** At most one call in an answer. Absent: as many as the model asks for. */
  readonly isOneCallOnly?: boolean
  /** Absent: free text. */
  readonly output?: OutputFormat
  /** Tells the probability of each token of the text, beside those of this many others (0…20). Absent: not told. */
  readonly logprobs?: number
}

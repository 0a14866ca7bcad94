/** A conversation in no dialect's words, and what a client saw of an answer. */
export type Turn =
  | { readonly type: 'system' | 'user'; readonly text: string }
  | { readonly type: 'assistant'; readonly text: string; readonly calls?: readonly Call[] }
  | { readonly type: 'result'; readonly id: string; readonly name: string; readonly text: string }

export interface Call {
  readonly id: string
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

export interface Tool {
  readonly name: string
  readonly description: string
  readonly parameters: Readonly<Record<string, unknown>>
}

export interface Conversation {
  readonly turns: readonly Turn[]
  readonly tools?: readonly Tool[]
  /** The name of a tool is a choice too, where the dialect can say it. */
  readonly toolChoice?: 'required' | 'none'
  readonly maxTokens?: number
  readonly temperature?: number
  readonly stop?: readonly string[]
  readonly schema?: Readonly<Record<string, unknown>>
}

export interface SeenAnswer {
  readonly text: string
  readonly reasoning: string
  readonly calls: readonly Omit<Call, 'id'>[]
  readonly promptTokens: number
  readonly completionTokens: number
  readonly ending: 'stop' | 'length' | 'tool-calls'
}

/** One way to chat on the wire, as a client sees it. */
export interface DialectUnderTest {
  readonly name: string
  readonly path: string
  readonly body: (conversation: Conversation, isStream: boolean) => Readonly<Record<string, unknown>>
  readonly readWhole: (reply: unknown) => SeenAnswer
  readonly readStream: (body: string) => SeenAnswer
  /** The message of a failure, when it is in the dialect's own envelope; undefined otherwise. */
  readonly failureIn: (reply: unknown) => string | undefined
  /** The message of the failure that ends a stream. */
  readonly failureAtEnd: (body: string) => string | undefined
}

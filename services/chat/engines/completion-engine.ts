import type { ChatPrompt, Prompt, Sampling } from '@shared/inference/generate-request.ts'
import type { GenerationEvent, GenerationFinish } from '@shared/inference/generation-event.ts'
import type { TextEngine, TextEngineDriver } from '@shared/inference/text-engine.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions } from '@shared/inference/text-engine.ts'

/** What the model may write, in GBNF. */
export interface CompletionGrammar {
  /** Its start rule is `root`. */
  readonly gbnf: string
  /**
   * Absent: it governs the whole answer. Otherwise the model writes freely until one of these triggers comes, and the
   * grammar governs from the trigger's first character on (so `root` begins with the trigger).
   */
  readonly triggers?: readonly GrammarTrigger[]
}

/** How a model marks its reasoning, which comes first if at all. */
export interface ReasoningBlock {
  readonly open: string
  readonly close: string
  /** The prompt has opened it already. */
  readonly isOpen: boolean
}

export type GrammarTrigger =
  /** This text, anywhere in the answer, or only outside of the model's reasoning. */
  | { readonly type: 'text'; readonly text: string; readonly outside?: ReasoningBlock }
  /**
   * A regular expression in the common part of ECMAScript's and C++'s, matched against the whole answer so far; the
   * grammar governs from the beginning of its first group.
   */
  | { readonly type: 'pattern'; readonly pattern: string }

/** What a llama.cpp engine does: a prompt in, the model's raw text out, markers of reasoning and calls included. */
export interface CompletionRequest {
  /** A chat is rendered in the engine's process, through the model's own template. */
  readonly prompt: Prompt
  readonly sampling: Sampling
  readonly maxTokens?: number
  /** The raw text ends before the first of these. */
  readonly stop: readonly string[]
  readonly grammar?: CompletionGrammar
  /** As in `GenerateRequest`. */
  readonly logprobs?: number
  /** Control tokens of the vocabulary that appear in the text (`[TOOL_CALLS]`); all others are hidden. */
  readonly visibleMarkers: readonly string[]
}

export type CompletionEvent =
  | Extract<GenerationEvent, { readonly type: 'generation-start' | 'text-delta' }>
  | GenerationFinish

/** An open model that knows prompts and text, not reasoning and calls. The rest is as in `TextEngine`. */
export interface CompletionEngine extends Omit<TextEngine, 'generate'> {
  /** As `TextEngine.generate`: first event when the prompt is in, abort within a batch. */
  complete(request: CompletionRequest, signal: AbortSignal): AsyncIterable<CompletionEvent>
  /** The text that the template makes of a chat, up to where the answer begins. @throws Fault `invalid_request` */
  renderChat(prompt: ChatPrompt, signal: AbortSignal): Promise<string>
}

/** A product of the llama.cpp family. As `TextEngineDriver`, for engines that complete. */
export interface CompletionEngineDriver extends Omit<TextEngineDriver, 'load'> {
  load(card: ModelCard, options: EngineLoadOptions, signal: AbortSignal): Promise<CompletionEngine>
}

import { readRemoteChunk } from '@shared/dialects/external/remote-chunk.ts'
import type { RemoteChunk } from '@shared/dialects/external/remote-chunk.ts'
import { createThinkBlock } from '@shared/dialects/external/think-block.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { GenerateRequest } from '@shared/inference/generate-request.ts'
import type {
  FinishReason,
  GenerationEvent,
  GenerationFinish,
  TokenLogprob,
} from '@shared/inference/generation-event.ts'
import type { ChatEvent } from '../../policy/chat-format/chat-event-writer.ts'
import { createTextStop } from '../chat-format/text-stop.ts'
import { checkRemoteAnswer } from './check-remote-answer.ts'
import { RemoteCalls } from './remote-calls.ts'
import { RemoteCount } from './remote-count.ts'

export interface RemoteAnswerOptions {
  readonly request: GenerateRequest
  readonly machine: string
  /** As in `RemoteAbilities`. */
  readonly countsEnd: boolean
  /** The clock, in milliseconds. */
  now(): number
  makeCallId(): string
}

const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'stop',
}

/**
 * The chunks of another machine's answer as events of ours. It begins with the first token; whoever reads leaves the chunks
 * alone when it ends.
 */
export async function* readRemoteAnswer(
  chunks: AsyncIterable<unknown>,
  options: RemoteAnswerOptions,
): AsyncGenerator<GenerationEvent, void> {
  const answer = new RemoteAnswer(options)
  for await (const value of chunks) {
    yield* answer.take(readRemoteChunk(value))
    if (answer.isOver) return
  }
  yield* answer.finish()
}

class RemoteAnswer {
  readonly #options: RemoteAnswerOptions
  readonly #count: RemoteCount
  readonly #calls: RemoteCalls
  readonly #think = createThinkBlock()
  readonly #stop: ReturnType<typeof createTextStop>
  #text = ''
  #hasLogprobs = false
  #hasStarted = false
  #finishReason: string | undefined
  #stopText: string | undefined
  isOver = false

  constructor(options: RemoteAnswerOptions) {
    const { isOneCallOnly = false, prompt, stop } = options.request
    const tools = prompt.type === 'chat' ? (prompt.tools ?? []) : []
    this.#options = options
    this.#count = new RemoteCount(options)
    this.#calls = new RemoteCalls({ ...options, tools, isOneCallOnly })
    // Servers that ignore stop strings are found out here.
    this.#stop = createTextStop(stop)
  }

  *take(chunk: RemoteChunk): Generator<GenerationEvent, void> {
    const tokens = this.#count.take(chunk)
    this.#finishReason = chunk.finishReason ?? this.#finishReason
    this.#stopText = chunk.stopText ?? this.#stopText
    this.#calls.push(chunk.calls)
    const events = this.#eventsOf(chunk, tokens)
    if (events.length === 0 && chunk.calls.length === 0) return
    yield* this.#start()
    if (this.#options.request.maxTokens === 0) return yield this.#end('length', 'max-tokens')
    yield* this.#told(this.#stop.cut(events))
    const { stopText } = this.#stop
    if (stopText !== undefined) yield this.#end('stop', 'stop-string', stopText)
  }

  /** No more comes. @throws Fault `engine_failed` when it was cut off, or is not what was asked for */
  *finish(): Generator<GenerationEvent, void> {
    const { machine, request } = this.#options
    const told = this.#finishReason
    if (told === undefined)
      throw new Fault('engine_failed', `The machine '${machine}' ended its answer without saying why.`)
    yield* this.#start()
    if (request.maxTokens === 0) return yield this.#end('length', 'max-tokens')
    const rest = request.prompt.type === 'chat' ? this.#think.rest() : { reasoning: '', text: '' }
    yield* this.#told(this.#stop.cut(thoughtAndText(rest, 0, [])))
    yield* this.#told(this.#stop.rest())
    yield* this.#calls.finish(told === 'length')
    yield this.#conclude(told)
  }

  /** @param told the server's word for the end */
  #conclude(told: string): GenerationFinish {
    const { countsEnd, machine, request } = this.#options
    const { hasCalls } = this.#calls
    const plain = REASONS[told] ?? 'stop'
    const reason = hasCalls && plain === 'stop' ? 'tool-calls' : plain
    if (countsEnd && reason !== 'length') this.#count.forgetEnd()
    const hasLogprobs = this.#hasLogprobs
    checkRemoteAnswer(request, { machine, text: this.#text, reason, hasCalls, hasLogprobs })
    const limit = request.maxTokens ?? Number.POSITIVE_INFINITY
    const isFull = reason === 'length' && this.#count.completionTokens < limit
    return this.#end(reason, isFull ? 'context-full' : rawReasonOf(reason, told), this.#stopText)
  }

  #eventsOf({ logprobs, reasoning, text }: RemoteChunk, tokens: number): readonly ChatEvent[] {
    const thoughts: readonly ChatEvent[] =
      reasoning === '' ? [] : [{ type: 'reasoning-delta', text: reasoning, tokens }]
    if (text === '') return thoughts
    const apart =
      this.#options.request.prompt.type === 'chat' ? this.#think.push(text) : { reasoning: '', text }
    return [...thoughts, ...thoughtAndText(apart, tokens, logprobs)]
  }

  *#start(): Generator<GenerationEvent, void> {
    if (this.#hasStarted) return
    this.#hasStarted = true
    yield { type: 'generation-start', ...this.#count.prompt }
  }

  *#told(events: readonly ChatEvent[]): Generator<GenerationEvent, void> {
    const { logprobs } = this.#options.request
    for (const event of events) {
      if (event.type !== 'text-delta') {
        yield event
        continue
      }
      this.#text += event.text
      const { logprobs: told = [], ...plain } = event
      this.#hasLogprobs ||= told.length > 0
      yield logprobs === undefined ? plain : { ...plain, logprobs: withTop(told, logprobs) }
    }
  }

  #end(reason: FinishReason, rawReason: string, stopText?: string): GenerationFinish {
    this.isOver = true
    return {
      type: 'generation-finish',
      reason,
      rawReason,
      ...(stopText === undefined ? {} : { stopText }),
      ...this.#count.cost(this.#options.request.maxTokens === 0),
    }
  }
}

const thoughtAndText = (
  { reasoning, text }: { readonly reasoning: string; readonly text: string },
  tokens: number,
  logprobs: readonly TokenLogprob[],
): readonly ChatEvent[] => [
  ...(reasoning === '' ? [] : [{ type: 'reasoning-delta' as const, text: reasoning, tokens }]),
  ...(text === ''
    ? []
    : [{ type: 'text-delta' as const, text, tokens, ...(logprobs.length === 0 ? {} : { logprobs }) }]),
]

const withTop = (logprobs: readonly TokenLogprob[], alternatives: number): readonly TokenLogprob[] =>
  logprobs.map((logprob) => ({ ...logprob, top: logprob.top.slice(0, alternatives) }))

/** The words that engines of this node have for it; a word of the server's own stays. */
const rawReasonOf = (reason: FinishReason, told: string): string => {
  if (reason === 'tool-calls') return 'tool-calls'
  if (reason === 'length') return 'max-tokens'
  return told === 'stop' ? 'eos' : told.slice(0, 40)
}

import type { FinishReason, TokenLogprob } from '@shared/inference/generation-event.ts'
import type { GeneratedText } from './generated-text.ts'
import type { EventReader } from './event-reader.ts'

export interface AnswerLimits {
  readonly promptTokens: number
  readonly cachedTokens: number
  /** Most tokens of the answer; undefined: until the context is full. */
  readonly maxTokens: number | undefined
  readonly contextTokens: number
}

/** The answer of one request: takes the tokens, sends the events, knows when it is over. */
export class AnswerWriter {
  readonly #limits: AnswerLimits
  readonly #text: GeneratedText
  readonly #reader: EventReader
  readonly #startedAt: number
  #firstTokenAt = 0
  #completionTokens = 0
  /** Tokens whose text was not sent yet. */
  #unsentTokens = 0
  #sentLength = 0
  /** Each waits for the text in which its token begins. */
  readonly #logprobs: { readonly start: number; readonly logprob: TokenLogprob }[] = []

  /** @param startedAt when work on the request began (`performance.now()`) */
  constructor(limits: AnswerLimits, text: GeneratedText, reader: EventReader, startedAt: number) {
    this.#limits = limits
    this.#text = text
    this.#reader = reader
    this.#startedAt = startedAt
  }

  /** The prompt is read and the first token drawn. @returns whether the answer is over */
  start(): boolean {
    const { promptTokens, cachedTokens, maxTokens } = this.#limits
    this.#firstTokenAt = performance.now()
    this.#reader.send({ type: 'generation-start', promptTokens, cachedTokens })
    return maxTokens === 0 && this.#finish('length', 'max-tokens')
  }

  /** The model ended its answer. */
  end(): void {
    this.#finish('stop', 'eos')
  }

  /** One more token of the answer. @param logprob to be told. @returns whether the answer is over */
  take(token: number, logprob?: TokenLogprob): boolean {
    const { promptTokens, maxTokens, contextTokens } = this.#limits
    this.#completionTokens += 1
    this.#unsentTokens += 1
    if (logprob !== undefined) this.#logprobs.push({ start: this.#text.length, logprob })
    const { text, stopText } = this.#text.push(token)
    this.#send(text)
    if (stopText !== undefined) return this.#finish('stop', 'stop-string', stopText)
    if (this.#completionTokens === maxTokens) return this.#finish('length', 'max-tokens')
    const isFull = promptTokens + this.#completionTokens >= contextTokens
    return isFull && this.#finish('length', 'context-full')
  }

  #send(text: string): void {
    if (text === '') return
    this.#sentLength += text.length
    const logprobs = this.#takeLogprobs()
    this.#reader.send({
      type: 'text-delta',
      text,
      tokens: this.#unsentTokens,
      ...(logprobs.length === 0 ? {} : { logprobs }),
    })
    this.#unsentTokens = 0
  }

  #takeLogprobs(): readonly TokenLogprob[] {
    const later = this.#logprobs.findIndex(({ start }) => start >= this.#sentLength)
    const taken = this.#logprobs.splice(0, later === -1 ? this.#logprobs.length : later)
    return taken.map(({ logprob }) => logprob)
  }

  #finish(reason: FinishReason, rawReason: string, stopText?: string): true {
    if (stopText === undefined) this.#send(this.#text.rest())
    const { promptTokens, cachedTokens } = this.#limits
    this.#reader.send({
      type: 'generation-finish',
      reason,
      rawReason,
      ...(stopText === undefined ? {} : { stopText }),
      usage: { promptTokens, completionTokens: this.#completionTokens, cachedTokens },
      timings: {
        prefillMs: this.#firstTokenAt - this.#startedAt,
        decodeMs: performance.now() - this.#firstTokenAt,
      },
    })
    return true
  }
}

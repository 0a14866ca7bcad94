import type { RemoteChunk } from '@shared/dialects/external/remote-chunk.ts'
import type { GenerationFinish } from '@shared/inference/generation-event.ts'
import type { Usage } from '@shared/inference/usage.ts'

/** What an answer of another machine takes: as it says, else as far as it can be seen from here. */
export class RemoteCount {
  readonly #now: () => number
  readonly #startedAt: number
  #firstAt: number | undefined
  #pieces = 0
  #thoughts = 0
  #progress: Usage | undefined
  #toldTokens = 0
  #usage: Usage | undefined
  #timings: RemoteChunk['timings']

  constructor({ now }: { now(): number }) {
    this.#now = () => now()
    this.#startedAt = now()
  }

  /** @returns how many tokens the chunk brings */
  take(chunk: RemoteChunk): number {
    this.#usage = chunk.usage ?? this.#usage
    this.#progress = chunk.progress ?? this.#progress
    this.#timings = chunk.timings ?? this.#timings
    const isPiece = chunk.text !== '' || chunk.reasoning !== '' || chunk.calls.length > 0
    if (!isPiece) return 0
    this.#pieces += 1
    if (chunk.reasoning !== '') this.#thoughts += 1
    this.#firstAt ??= this.#now()
    return this.#newTokens(chunk.progress ?? chunk.usage)
  }

  /** As far as it is told by now: most servers tell it with the end. */
  get prompt(): { readonly promptTokens: number; readonly cachedTokens: number } {
    const { cachedTokens = 0, promptTokens = 0 } = this.#usage ?? this.#progress ?? {}
    return { cachedTokens, promptTokens }
  }

  /** The last token that was counted is none of the answer’s. */
  forgetEnd(): void {
    if (this.#usage === undefined) return
    const completionTokens = Math.max(0, this.#usage.completionTokens - 1)
    this.#usage = { ...this.#usage, completionTokens }
  }

  get completionTokens(): number {
    return this.cost(false).usage.completionTokens
  }

  /** @param isPromptOnly nobody wanted the token that the server had to write */
  cost(isPromptOnly: boolean): Pick<GenerationFinish, 'usage' | 'timings'> {
    const firstAt = this.#firstAt ?? this.#now()
    const usage = this.#usage ?? this.#progress ?? this.#seen()
    return {
      usage: isPromptOnly ? { ...usage, completionTokens: 0 } : usage,
      timings: this.#timings ?? { prefillMs: firstAt - this.#startedAt, decodeMs: this.#now() - firstAt },
    }
  }

  /** Where the server does not count as it goes, a piece is taken for a token. */
  #newTokens(usage: Usage | undefined): number {
    if (usage === undefined) return 1
    const tokens = Math.max(1, usage.completionTokens - this.#toldTokens)
    this.#toldTokens = usage.completionTokens
    return tokens
  }

  #seen(): Usage {
    const thoughts = this.#thoughts === 0 ? {} : { reasoningTokens: this.#thoughts }
    return {
      promptTokens: 0,
      completionTokens: this.#pieces,
      cachedTokens: 0,
      ...thoughts,
      isUncounted: true,
    }
  }
}

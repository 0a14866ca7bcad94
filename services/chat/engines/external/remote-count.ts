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
  #usage: Usage | undefined
  #timings: RemoteChunk['timings']

  constructor({ now }: { now(): number }) {
    this.#now = () => now()
    this.#startedAt = now()
  }

  take(chunk: RemoteChunk): void {
    this.#usage = chunk.usage ?? this.#usage
    this.#timings = chunk.timings ?? this.#timings
    const isPiece = chunk.text !== '' || chunk.reasoning !== '' || chunk.calls.length > 0
    if (!isPiece) return
    this.#pieces += 1
    if (chunk.reasoning !== '') this.#thoughts += 1
    this.#firstAt ??= this.#now()
  }

  /** As far as it is told by now: most servers tell it with the end. */
  get prompt(): { readonly promptTokens: number; readonly cachedTokens: number } {
    return { promptTokens: this.#usage?.promptTokens ?? 0, cachedTokens: this.#usage?.cachedTokens ?? 0 }
  }

  /** @param isPromptOnly nobody wanted the token that the server had to write */
  cost(isPromptOnly: boolean): Pick<GenerationFinish, 'usage' | 'timings'> {
    const firstAt = this.#firstAt ?? this.#now()
    const usage = this.#usage ?? this.#seen()
    return {
      usage: isPromptOnly ? { ...usage, completionTokens: 0 } : usage,
      timings: this.#timings ?? { prefillMs: firstAt - this.#startedAt, decodeMs: this.#now() - firstAt },
    }
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

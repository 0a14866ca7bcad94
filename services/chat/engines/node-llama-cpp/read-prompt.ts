import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import { nextPrefillChunk } from '../../policy/prefill-chunk.ts'
import { batchPriorityOf } from './ordered-batching.ts'

/** How fast the model read its last chunk, beside everything else it did then. */
export interface ReadingSpeed {
  tokensPerSecond: number | undefined
}

export interface PromptReading {
  readonly id: number
  /** Takes part in the batching. */
  readonly sequence: LlamaContextSequence
  readonly speed: ReadingSpeed
  /** Called between two chunks: where the reading ends early (by throwing) or waits. */
  pauseIfNeeded(): Promise<void>
}

/**
 * Evaluates a prompt in chunks up to the last one, which is left to the caller: its last token gives the first token of
 * the answer.
 */
export const readPrompt = async (reading: PromptReading, tokens: readonly Token[]): Promise<Token[]> => {
  const { id, sequence, speed } = reading
  let read = 0
  for (;;) {
    await reading.pauseIfNeeded()
    const size = nextPrefillChunk(speed.tokensPerSecond)
    if (tokens.length - read <= size) return tokens.slice(read)
    const startedAt = performance.now()
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(read, read + size), {
      evaluationPriority: batchPriorityOf(id),
    })
    speed.tokensPerSecond = (size / (performance.now() - startedAt)) * 1000
    read += size
  }
}

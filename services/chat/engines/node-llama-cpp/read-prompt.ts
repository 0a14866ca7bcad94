import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import { measured, nextPrefillChunk } from '../../policy/prefill-chunk.ts'
import type { ReadingSpeed } from '../../policy/prefill-chunk.ts'
import { batchPriorityOf } from './ordered-batching.ts'

/** How fast the model read its last chunks, beside everything else it did then. */
export interface SpeedMemory {
  current: ReadingSpeed
}

export interface PromptReading {
  readonly id: number
  /** Takes part in the batching. */
  readonly sequence: LlamaContextSequence
  readonly speed: SpeedMemory
  /** Called before each chunk: where the reading ends early (by throwing) or waits. Its turn lasts until `endTurn`. */
  takeTurn(): Promise<void>
  endTurn(): void
}

/**
 * Evaluates a prompt in chunks up to the last one, which is left to the caller: its last token gives the first token of
 * the answer.
 */
export const readPrompt = async (reading: PromptReading, tokens: readonly Token[]): Promise<Token[]> => {
  const { id, sequence, speed } = reading
  let read = 0
  for (;;) {
    await reading.takeTurn()
    try {
      const size = nextPrefillChunk(speed.current)
      if (tokens.length - read <= size) return tokens.slice(read)
      const startedAt = performance.now()
      await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(read, read + size), {
        evaluationPriority: batchPriorityOf(id),
      })
      speed.current = measured(speed.current, size, performance.now() - startedAt)
      read += size
    } finally {
      reading.endTurn()
    }
  }
}

import { bigramModel } from './bigram-model.ts'
import { distinctPieces } from './distinct-pieces.ts'
import type { GgufPlan } from './gguf-layout.ts'

/** The one answer of the `known-answer` model, to every prompt that ends in ChatML's generation prompt. */
export const KNOWN_ANSWER =
  "Hello! I am Skein's built-in test model. I always give this one answer: your node works."

export function knownAnswerModel(): GgufPlan {
  return bigramModel({
    name: 'skein-test-model',
    description: 'A test model: it has one answer, which shows that loading, templating and sampling work.',
    contextLength: 4096,
    pieces: distinctPieces(KNOWN_ANSWER),
  })
}

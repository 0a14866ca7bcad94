import { sparseMatrix, type MatrixCell } from './exact-weights.ts'
import { generalMetadata } from './general-metadata.ts'
import type { GgufPlan } from './gguf-layout.ts'
import { llamaMetadata, llamaTensors, NORM_EPSILON, type LlamaShape } from './llama-shape.ts'
import type { MatrixMaker } from './random-weights.ts'
import { SpmVocabulary } from './spm-vocabulary.ts'

const HEAD_LENGTH = 32
const ROLES = ['system', 'user', 'assistant', 'tool']

/**
 * How far the next token's logit lies above all others, which are 0.
 * At temperature 2 a wrong token has probability < vocabulary × e^(-80/2) ≈ 2e-15. Higher would not help, and would
 * put the token out of reach of a logit bias of -100, which must be able to ban it.
 */
const LOGIT_MARGIN = 80

/** What a bigram model is called and what it says. */
export interface BigramScript {
  readonly name: string
  readonly description: string
  readonly contextLength: number
  /** One token each, said in this order from the start of an answer; no piece may occur twice. */
  readonly pieces: readonly string[]
  /** The piece that follows the last one, for ever; without it the model ends its turn. */
  readonly repeatFrom?: string
}

/**
 * A llama whose next token depends on the last token only, exactly: embeddings are one-hot, attention and feed-forward
 * are zero, and the output matrix is the table "after this token, that one".
 * Every token outside the script (the newline of the generation prompt among them) leads to the first piece.
 */
export function bigramModel(script: BigramScript): GgufPlan {
  const vocabulary = new SpmVocabulary([...ROLES, ...script.pieces])
  const width = Math.ceil(vocabulary.size / HEAD_LENGTH) * HEAD_LENGTH
  const shape: LlamaShape = {
    contextLength: script.contextLength,
    embeddingLength: width,
    feedForwardLength: 32,
    layers: 1,
    heads: width / HEAD_LENGTH,
    keyValueHeads: 1,
    vocabularySize: vocabulary.size,
    isTied: false,
  }
  const label = { name: script.name, description: script.description } as const
  return {
    metadata: [
      ...generalMetadata({ ...label, architecture: 'llama', weights: 'F16' }),
      ...llamaMetadata(shape),
      ...vocabulary.metadata(),
    ],
    tensors: llamaTensors(shape, bigramMatrices(width, successors(script, vocabulary))),
  }
}

/** For every token id the id of the token after it. */
function successors(script: BigramScript, vocabulary: SpmVocabulary): number[] {
  const ids = script.pieces.map((piece) => vocabulary.idOf(piece))
  const [first] = ids
  if (first === undefined || new Set(ids).size !== ids.length) {
    throw new Error('A bigram model needs pieces, each of them once')
  }
  const next = Array.from({ length: vocabulary.size }, () => first)
  const last = script.repeatFrom === undefined ? vocabulary.endOfTurnId : vocabulary.idOf(script.repeatFrom)
  ids.forEach((id, index) => (next[id] = ids[index + 1] ?? last))
  return next
}

function bigramMatrices(width: number, next: readonly number[]): MatrixMaker {
  // The RMS norm scales a one-hot vector by 1/√(1/width + ε).
  const weight = LOGIT_MARGIN * Math.sqrt(1 / width + NORM_EPSILON)
  const cells: Record<string, readonly MatrixCell[]> = {
    'token_embd.weight': next.map((_following, id) => ({ column: id, row: id, value: 1 })),
    'output.weight': next.map((following, id) => ({ column: id, row: following, value: weight })),
  }
  return (name, [rowLength = 0, rows = 0]) => sparseMatrix(name, [rowLength, rows], cells[name])
}

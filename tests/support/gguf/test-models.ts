import { bertModel } from './bert-model.ts'
import { BpeVocabulary } from './bpe-vocabulary.ts'
import { endlessModel } from './endless-model.ts'
import { EVERYDAY_WORDS } from './everyday-words.ts'
import type { GgufPlan } from './gguf-layout.ts'
import { writeGguf } from './gguf-writer.ts'
import { knownAnswerModel } from './known-answer-model.ts'
import { randomLlama } from './random-llama.ts'
import { SpmVocabulary } from './spm-vocabulary.ts'

interface TestModel {
  readonly description: string
  readonly plan: () => GgufPlan
}

const SPACED_WORDS = EVERYDAY_WORDS.map((word) => ` ${word}`)
const WORDS = [...EVERYDAY_WORDS, ...SPACED_WORDS]

const SMALL_SHAPE = {
  contextLength: 2048,
  embeddingLength: 128,
  feedForwardLength: 256,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  isTied: false,
}

/** Every model that `writeTestModel` can make. */
export const TEST_MODEL_KINDS = {
  'known-answer': {
    description: 'Answers every chat with KNOWN_ANSWER, at any temperature up to 2; context 4096.',
    plan: knownAnswerModel,
  },
  endless: {
    description: 'Counts "one two … ten one two …" and never ends; context 8192.',
    plan: endlessModel,
  },
  random: {
    description: 'A tiny random llama with a SentencePiece vocabulary; context 2048.',
    plan: smallRandom,
  },
  'random-bpe': {
    description: 'A tiny random llama with a GPT-2 byte-level BPE vocabulary; context 2048.',
    plan: smallRandomBpe,
  },
  'random-deep': {
    description:
      'Slow on purpose, 163 MB: 10 to 40 ms a token and 14 s for 2,000 prompt tokens on one thread; context 8192.',
    plan: deepRandom,
  },
  embedding: {
    description: 'A tiny random llama that embeds with mean pooling into 128 numbers; context 2048.',
    plan: smallEmbedding,
  },
  'bert-embedding': {
    description: 'A tiny random BERT that embeds with CLS pooling into 64 numbers; context 512.',
    plan: () =>
      bertModel({
        name: 'skein-test-bert-embedding',
        description: 'A test model: random embeddings.',
        words: EVERYDAY_WORDS,
        pooling: 'cls',
      }),
  },
  'bert-rerank': {
    description: 'A tiny random BERT that scores a query and a document; context 512.',
    plan: () =>
      bertModel({
        name: 'skein-test-bert-rerank',
        description: 'A test model: random scores.',
        words: EVERYDAY_WORDS,
        pooling: 'rank',
      }),
  },
  'bench-0.5b': {
    description: 'Random weights in the shape of a 0.5B chat model, Q8_0, 529 MB: for speed; context 32768.',
    plan: halfBillion,
  },
} as const satisfies Record<string, TestModel>

export type TestModelKind = keyof typeof TEST_MODEL_KINDS

/** What the file of a kind will hold. */
export function testModelPlan(kind: TestModelKind): GgufPlan {
  return TEST_MODEL_KINDS[kind].plan()
}

/** Writes the model to `path`, the same bytes every time; `path` appears only when whole. */
export async function writeTestModel(kind: TestModelKind, path: string): Promise<void> {
  await writeGguf(path, testModelPlan(kind))
}

function smallRandom(): GgufPlan {
  return randomLlama({
    name: 'skein-test-random',
    description: 'A test model: tiny, with random weights.',
    weights: 'F32',
    seed: 7,
    vocabulary: new SpmVocabulary(WORDS),
    shape: SMALL_SHAPE,
  })
}

function smallRandomBpe(): GgufPlan {
  return randomLlama({
    name: 'skein-test-random-bpe',
    description: 'A test model: tiny, with random weights and a byte-level vocabulary.',
    weights: 'F32',
    seed: 8,
    vocabulary: new BpeVocabulary(WORDS),
    shape: SMALL_SHAPE,
  })
}

function deepRandom(): GgufPlan {
  return randomLlama({
    name: 'skein-test-random-deep',
    description: 'A test model: random weights in many layers, to be slow.',
    weights: 'Q8_0',
    seed: 10,
    vocabulary: new SpmVocabulary(WORDS),
    shape: {
      contextLength: 8192,
      embeddingLength: 384,
      feedForwardLength: 1024,
      layers: 100,
      heads: 6,
      keyValueHeads: 1,
      isTied: false,
    },
  })
}

function smallEmbedding(): GgufPlan {
  return randomLlama({
    name: 'skein-test-embedding',
    description: 'A test model: random embeddings.',
    weights: 'F32',
    seed: 9,
    vocabulary: new SpmVocabulary(WORDS),
    shape: SMALL_SHAPE,
    pooling: 'mean',
  })
}

function halfBillion(): GgufPlan {
  return randomLlama({
    name: 'skein-test-bench-0.5b',
    description: 'A test model: random weights in the shape of a 0.5B chat model.',
    weights: 'Q8_0',
    seed: 3,
    vocabulary: new SpmVocabulary(WORDS, 151_936),
    shape: {
      contextLength: 32_768,
      embeddingLength: 896,
      feedForwardLength: 4864,
      layers: 24,
      heads: 14,
      keyValueHeads: 2,
      isTied: true,
    },
  })
}

import { LlamaLogLevel, getLlama } from 'node-llama-cpp'
import type { LlamaContext, LlamaModel } from 'node-llama-cpp'
import { LARGEST_BATCH_TOKENS } from '../../policy/prefill-chunk.ts'
import { findImpossibleTokens } from './character-guard.ts'
import type { ImpossibleTokens } from './character-guard.ts'
import { createChatPrompt } from './chat-prompt.ts'
import { ContextGate } from './context-gate.ts'
import { createEmbedder } from './embedder.ts'
import type { Embedder } from './embedder.ts'
import type { LoadPlan } from './engine-messages.ts'
import { createGrammarShelf } from './grammar-shelf.ts'
import { createModelTokenizer } from './model-tokenizer.ts'
import type { ModelTokenizer } from './model-tokenizer.ts'
import { createModelVocabulary } from './model-vocabulary.ts'
import { createOrderedBatching } from './ordered-batching.ts'
import type { OrderedBatching } from './ordered-batching.ts'
import { createRanker } from './ranker.ts'
import type { Ranker } from './ranker.ts'
import type { GenerationParts } from './run-generation.ts'
import { createTokenTexts } from './token-texts.ts'
import type { TokenTexts } from './token-texts.ts'
import { SlotBoard } from './slot-board.ts'
import { ReadingTurn } from './reading-turn.ts'

/** A model in the memory of this process. */
export interface OpenModel {
  readonly contextTokens: number
  readonly tokenizer: ModelTokenizer
  /** Absent where the model gives no answers. */
  readonly generation?: GenerationParts
  /** Absent where the model gives no embeddings. */
  readonly embedder?: Embedder
  /** Absent where the model gives no scores. */
  readonly ranker?: Ranker
}

/**
 * @param log takes the engine's own messages: errors and warnings
 * @throws Error, its reason in the log as a rule
 */
export const openModel = async (
  plan: LoadPlan,
  log: (level: string, message: string) => void,
): Promise<OpenModel> => {
  const llama = await getLlama({
    gpu: plan.accelerator === 'cpu' ? false : 'auto',
    // Never at run time: a node computes with what it was installed with.
    build: 'never',
    skipDownload: true,
    maxThreads: plan.threads,
    logLevel: LlamaLogLevel.warn,
    logger: log,
  })
  const model = await llama.loadModel({
    modelPath: plan.modelPath,
    useMmap: plan.isFileMapped,
    ...memoryOptions(plan),
    ...(plan.accelerator === 'cpu' ? { gpuLayers: 0 } : {}),
  })
  const texts = createTokenTexts(model)
  const tokenizer = createModelTokenizer(model, texts)
  // Beyond what it was trained for some models abort.
  const contextTokens = Math.min(plan.contextTokens, model.trainContextSize)
  const parts = { model, texts, tokenizer, contextTokens }
  return {
    contextTokens,
    tokenizer,
    ...(plan.canChat ? { generation: await openGeneration(plan, parts) } : {}),
    ...(plan.canEmbed ? { embedder: createEmbedder({ ...parts, threads: plan.threads }) } : {}),
    ...(plan.canRank ? { ranker: createRanker({ ...parts, threads: plan.threads }) } : {}),
  }
}

/**
 * The node's ledger of memory has granted what this model takes, by an estimate that was measured; the library's own is
 * about three times that for a context. On a graphics device it has to look what fits.
 */
const memoryOptions = ({ accelerator }: LoadPlan): { ignoreMemorySafetyChecks: boolean } => ({
  ignoreMemorySafetyChecks: accelerator === 'cpu',
})

interface ModelParts {
  readonly model: LlamaModel
  readonly texts: TokenTexts
  readonly tokenizer: ModelTokenizer
  readonly contextTokens: number
}

const openGeneration = async (plan: LoadPlan, parts: ModelParts): Promise<GenerationParts> => {
  const batching = createOrderedBatching()
  const context = await createContext(plan, parts, batching)
  let impossible: ImpossibleTokens | undefined
  return {
    ...parts,
    impossibleTokens: () => (impossible ??= findImpossibleTokens(parts.model, parts.texts)),
    vocabulary: createModelVocabulary(parts.model),
    chatPrompt: createChatPrompt(parts.model, parts.tokenizer),
    grammars: createGrammarShelf(parts.model),
    slots: new SlotBoard(Array.from({ length: plan.slots }, () => context.getSequence())),
    batching,
    gate: new ContextGate(),
    speed: { current: {} },
    turn: new ReadingTurn(),
  }
}

const createContext = (
  plan: LoadPlan,
  { contextTokens, model }: ModelParts,
  batching: OrderedBatching,
): Promise<LlamaContext> =>
  model.createContext({
    contextSize: contextTokens,
    sequences: plan.slots,
    batchSize: LARGEST_BATCH_TOKENS,
    threads: plan.threads,
    batching: { itemPrioritizationStrategy: batching.strategy },
    // A smaller context than asked for would be a surprise later.
    failedCreationRemedy: false,
    ...memoryOptions(plan),
  })

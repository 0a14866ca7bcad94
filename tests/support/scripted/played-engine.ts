import { createSlotQueue } from '@service/chat/engines/llama-server/slot-queue.ts'
import type { SlotQueue } from '@service/chat/engines/llama-server/slot-queue.ts'
import type { Embeddings, EmbedRequest } from '@shared/inference/embed-request.ts'
import type { GenerateRequest, Prompt } from '@shared/inference/generate-request.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { Ranking, RankRequest } from '@shared/inference/rank-request.ts'
import type { TextEngine } from '@shared/inference/text-engine.ts'
import { playTurn } from './play-turn.ts'
import type { Turn } from './play-turn.ts'
import type { ScriptedLife } from './scripted-life.ts'

/** What an engine says and knows; that it says it as the port wants, `createPlayedEngine` sees to. */
export interface PlayedModel {
  readonly contextTokens: number
  /** @throws Fault for a request that is refused */
  begin(request: GenerateRequest, signal: AbortSignal): Turn
  countPromptTokens(prompt: Prompt, signal: AbortSignal): Promise<number>
  embed(request: EmbedRequest): Embeddings
  rank(request: RankRequest): Ranking
  tokenize(text: string): readonly number[]
  detokenize(tokens: readonly number[]): string
}

export interface PlayedEngineParts {
  readonly card: ModelCard
  readonly driver: string
  readonly slots: number
  readonly life: ScriptedLife
  readonly onClose: () => void
}

export const createPlayedEngine = (model: PlayedModel, parts: PlayedEngineParts): TextEngine => {
  const { card, life } = parts
  const queue = createSlotQueue(parts.slots)
  /** What is done at once, unless nobody waits for it or nobody is there to do it. */
  const answer = async <Result>(
    work: () => Result | Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> => {
    life.check()
    signal?.throwIfAborted()
    return work()
  }
  return {
    model: card.id,
    driver: parts.driver,
    contextTokens: model.contextTokens,
    slots: parts.slots,
    processId: process.pid,
    exited: life.exited,
    generate: (request, signal) => generate({ model, life, queue }, request, signal),
    countPromptTokens: ({ prompt }, signal) => answer(() => model.countPromptTokens(prompt, signal), signal),
    embed: (request, signal) => answer(() => model.embed(request), signal),
    rank: (request, signal) => answer(() => model.rank(request), signal),
    tokenize: (text) => answer(() => model.tokenize(text)),
    detokenize: (tokens) => answer(() => model.detokenize(tokens)),
    residentBytes: () => Promise.resolve(life.isOver ? 0 : card.sizeBytes),
    async close() {
      parts.onClose()
      life.end('closed')
    },
  }
}

interface OpenModel {
  readonly model: PlayedModel
  readonly life: ScriptedLife
  readonly queue: SlotQueue
}

async function* generate(
  { model, life, queue }: OpenModel,
  request: GenerateRequest,
  signal: AbortSignal,
): AsyncGenerator<GenerationEvent> {
  life.check()
  const turn = model.begin(request, signal)
  const release = await queue.acquire(signal)
  try {
    life.check()
    yield* playTurn(turn, life, signal)
  } finally {
    release()
  }
}

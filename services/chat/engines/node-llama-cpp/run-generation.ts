import { Fault } from '@shared/fault/fault.ts'
import type { CompletionRequest } from '../completion-engine.ts'
import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import { createSeededChances } from '../../policy/seeded-chances.ts'
import { createGeneratedText } from './generated-text.ts'
import { createCharacterGuard } from './character-guard.ts'
import type { CharacterGuard, ImpossibleTokens } from './character-guard.ts'
import { openGrammarGuide } from './grammar-guide.ts'
import type { GrammarGuide } from './grammar-guide.ts'
import { AnswerWriter } from './answer-writer.ts'
import type { ContextGate } from './context-gate.ts'
import { drawTokens } from './draw-tokens.ts'
import type { DrawnTokens } from './draw-tokens.ts'
import type { EventReader } from './event-reader.ts'
import type { GrammarShelf } from './grammar-shelf.ts'
import type { ModelVocabulary } from './model-vocabulary.ts'
import { batchPriorityOf } from './ordered-batching.ts'
import type { OrderedBatching } from './ordered-batching.ts'
import { promptTokens } from './prompt-tokens.ts'
import type { PromptParts } from './prompt-tokens.ts'
import { readPrompt } from './read-prompt.ts'
import type { SpeedMemory } from './read-prompt.ts'
import type { ReadingTurn } from './reading-turn.ts'
import { ownDraws, samplingOptions, tokenBiases } from './sampling-options.ts'
import type { SamplingParts } from './sampling-options.ts'
import { createTellChances } from './token-chances.ts'
import type { TokenTexts } from './token-texts.ts'
import type { SlotBoard, TakenSlot } from './slot-board.ts'

/** What all generations of a model share. */
export interface GenerationParts extends PromptParts {
  readonly vocabulary: ModelVocabulary
  readonly grammars: GrammarShelf
  readonly texts: TokenTexts
  readonly impossibleTokens: () => ImpossibleTokens
  readonly slots: SlotBoard<LlamaContextSequence>
  readonly batching: OrderedBatching
  readonly gate: ContextGate
  readonly speed: SpeedMemory
  readonly turn: ReadingTurn
}

/** One request on its slot. */
interface Generation extends GenerationParts {
  readonly request: CompletionRequest
  readonly prompt: readonly Token[]
  /** Prompt and answer so far: what the penalties look at. */
  readonly history: Token[]
  readonly sampling: SamplingParts
  readonly grammar: GrammarGuide | undefined
  /** Beside a grammar. */
  readonly characters: CharacterGuard | undefined
  /** Control tokens that are part of the text. */
  readonly markers: ReadonlyMap<number, string>
  readonly slot: TakenSlot<LlamaContextSequence>
  readonly reader: EventReader
  readonly signal: AbortSignal
}

/**
 * Answers a request: waits for a slot, reads the prompt, draws token after token. Resolves when the last event is sent.
 * @throws Fault, or the signal's reason within a batch
 */
export const runGeneration = async (
  parts: GenerationParts,
  request: CompletionRequest,
  reader: EventReader,
  signal: AbortSignal,
): Promise<void> => {
  const prompt = promptTokens(parts, request.prompt)
  const history = [...prompt]
  const hasGrammar = request.grammar !== undefined
  const sampling = { ...parts, history, hasGrammar }
  // Refusals come before the wait.
  samplingOptions(request.sampling, sampling)
  const grammar = request.grammar === undefined ? undefined : openGrammarGuide(parts, request.grammar)
  const characters = hasGrammar
    ? createCharacterGuard(
        parts.model,
        { texts: parts.texts, impossible: parts.impossibleTokens() },
        tokenBiases(request.sampling, sampling),
      )
    : undefined
  const markers = visibleMarkers(parts, request)
  const slot = await parts.slots.take(prompt, signal)
  try {
    const open = { request, prompt, history, sampling, grammar, characters, markers, slot, reader, signal }
    await answer({ ...parts, ...open })
  } catch (error) {
    // After a failed computation nobody knows what is in the cache.
    if (!signal.aborted && !(error instanceof Fault)) await clearCache(parts, slot)
    throw error
  } finally {
    slot.release(slot.sequence.contextTokens)
  }
}

const visibleMarkers = (
  { vocabulary }: GenerationParts,
  { visibleMarkers: markers }: CompletionRequest,
): ReadonlyMap<number, string> =>
  new Map(
    markers.flatMap((marker) => {
      const token = vocabulary.markerToken(marker)
      return token === undefined ? [] : [[token, marker]]
    }),
  )

const clearCache = (
  { gate }: GenerationParts,
  { sequence }: TakenSlot<LlamaContextSequence>,
): Promise<void> => gate.whileClosed(() => sequence.clearHistory())

const answer = async (generation: Generation): Promise<void> => {
  const { batching, prompt, slot, speed, turn } = generation
  const startedAt = performance.now()
  const cachedTokens = await reuseCache(generation)
  batching.enter()
  try {
    const reading = {
      id: slot.id,
      sequence: slot.sequence,
      speed,
      takeTurn: () => takeTurn(generation),
      endTurn: () => turn.end(),
    }
    const lastChunk = await readPrompt(reading, prompt.slice(cachedTokens))
    const drawn = startDrawing(generation, lastChunk)
    try {
      await decode(generation, drawn, createWriter(generation, cachedTokens, startedAt))
    } finally {
      await drawn.tokens.return()
    }
  } finally {
    batching.leave()
  }
}

/** The library draws, unless the request asks what the model thought of each token. */
const startDrawing = (generation: Generation, lastChunk: Token[]): DrawnTokens => {
  const { characters, grammar, markers, request, sampling, slot, texts, vocabulary } = generation
  const { id: slotId, sequence } = slot
  const { logprobs } = request
  if (logprobs !== undefined) {
    const { recentTokens, rules, seed } = ownDraws(request.sampling, sampling)
    const chance = createSeededChances(seed)
    const tellChances = createTellChances(texts, logprobs)
    const isText = (token: Token): boolean => !vocabulary.isControl(token) || markers.has(token)
    const drawing = { slotId, sequence, rules, recentTokens, chance, grammar, isText, tellChances }
    return drawTokens({ ...drawing, alternatives: logprobs }, lastChunk)
  }
  const tokens = sequence.evaluate(lastChunk, {
    ...samplingOptions(request.sampling, sampling),
    ...(grammar === undefined ? {} : { grammarEvaluationState: () => grammar.current()?.evaluation }),
    ...(characters === undefined ? {} : { tokenBias: () => characters.bias() }),
    yieldEogToken: true,
    evaluationPriority: batchPriorityOf(slotId),
  })
  return { tokens, logprob: () => undefined }
}

/** Cuts the slot's cache down to what it has in common with the prompt. @returns tokens that need no evaluation */
const reuseCache = async ({ gate, prompt, slot }: Generation): Promise<number> => {
  const { sequence, reusedTokens } = slot
  if (reusedTokens < sequence.nextTokenIndex) {
    const common = prompt.slice(0, reusedTokens)
    await gate.whileClosed(() => sequence.adaptStateToTokens(common, false))
  }
  // Not what was asked for: some models cannot take back tokens one by one, and then all go.
  return sequence.nextTokenIndex
}

const createWriter = (generation: Generation, cachedTokens: number, startedAt: number): AnswerWriter => {
  const { contextTokens, grammar, markers, prompt, reader, request, texts } = generation
  const { maxTokens, stop } = request
  const text = createGeneratedText({
    // Tokens that came out of the model, or were checked.
    detokenize: (tokens, before) => texts.ofAnswer(tokens as Token[], before as Token[]),
    before: prompt,
    stops: stop,
    markers,
    // As above.
    onText: (token, added) => grammar?.took(token as Token, added),
  })
  const limits = { promptTokens: prompt.length, cachedTokens, maxTokens, contextTokens }
  return new AnswerWriter(limits, text, reader, startedAt)
}

/**
 * The trap: between one token and the next nothing but microtasks may run, or the sequence misses the batch that all others
 * are in. So events are handed over without waiting, and only a reader that is far behind is waited for.
 */
const decode = async (
  generation: Generation,
  { logprob, tokens }: DrawnTokens,
  writer: AnswerWriter,
): Promise<void> => {
  const { characters, grammar, history, model } = generation
  for (let isFirst = true; ; isFirst = false) {
    grammar?.check()
    const { value: token } = await tokens.next()
    await pauseIfNeeded(generation)
    if (token === undefined) throw new Fault('engine_failed', 'The engine drew no token.')
    if (isFirst && writer.start()) return
    if (model.isEogToken(token)) return writer.end()
    history.push(token)
    characters?.took(token)
    if (writer.take(token, logprob())) return
  }
}

/** Batches do not wait for a prompt whose turn has not come. @throws the signal's reason */
const takeTurn = async (generation: Generation): Promise<void> => {
  const { batching, signal, turn } = generation
  await pauseIfNeeded(generation)
  if (turn.isFree) return turn.take(signal)
  batching.leave()
  try {
    await turn.take(signal)
  } finally {
    batching.enter()
  }
}

/** Batches do not wait for a sequence that pauses. @throws the signal's reason */
const pauseIfNeeded = async ({ batching, gate, reader, signal }: Generation): Promise<void> => {
  signal.throwIfAborted()
  if (gate.isOpen && !reader.isBehind) return
  batching.leave()
  try {
    await reader.caughtUp(signal)
    await gate.whenOpen()
  } finally {
    batching.enter()
  }
}

import { Fault } from '@shared/fault/fault.ts'
import type { EmbedRequest } from '@shared/inference/embed-request.ts'
import type { GenerateRequest, Prompt } from '@shared/inference/generate-request.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { TextEngine, TextEngineDriver } from '@shared/inference/text-engine.ts'

/** What the scripted engine does with one request. */
export interface Script {
  /** Pieces of the answer, one token each. */
  readonly pieces?: readonly string[]
  /** The stop text that ends the answer after its last piece. */
  readonly stopText?: string
  /** Thrown before the first event. */
  readonly refuses?: Fault
  /** Thrown after this many pieces. */
  readonly failsAfter?: number
  /** Waits here before each piece; the test lets go. */
  readonly gate?: (signal: AbortSignal) => Promise<void>
}

export interface ScriptedDriver extends TextEngineDriver {
  readonly loads: ModelCard[]
  readonly requests: GenerateRequest[]
  readonly embeds: EmbedRequest[]
  /** Prompts whose tokens were counted. */
  readonly counted: Prompt[]
  readonly signals: AbortSignal[]
  readonly closed: string[]
  script: Script
  /** Awaited by every load. */
  loadGate: () => Promise<void>
  /** Ends the open engine of a model as a native abort would. */
  crash(model: string): void
}

const PROMPT_TOKENS = 7

export const createScriptedDriver = (script: Script = {}): ScriptedDriver => {
  const crashes = new Map<string, () => void>()
  const driver: ScriptedDriver = {
    name: 'scripted',
    loads: [],
    requests: [],
    embeds: [],
    counted: [],
    signals: [],
    closed: [],
    script,
    loadGate: () => Promise.resolve(),
    version: () => Promise.resolve('1.0.0'),
    estimateBytes: (card) => card.sizeBytes,
    async load(card, options, signal) {
      driver.loads.push(card)
      await driver.loadGate()
      signal.throwIfAborted()
      const { promise: exited, resolve: exit } = Promise.withResolvers<string>()
      crashes.set(card.id, () => exit('SIGSEGV'))
      return createEngine(driver, card, { ...options, exited, exit })
    },
    crash: (model) => crashes.get(model)?.(),
  }
  return driver
}

interface EngineLife {
  readonly contextTokens: number
  readonly slots: number
  readonly exited: Promise<string>
  readonly exit: (reason: string) => void
}

const createEngine = (driver: ScriptedDriver, card: ModelCard, life: EngineLife): TextEngine => ({
  model: card.id,
  driver: driver.name,
  contextTokens: life.contextTokens,
  slots: life.slots,
  processId: process.pid,
  exited: life.exited,
  generate: (request, signal) => play(driver, request, signal),
  countPromptTokens: (request, signal) => count(driver, request, signal),
  async embed(request) {
    driver.embeds.push(request)
    for (const input of request.inputs) {
      const { length } = input.type === 'text' ? new TextEncoder().encode(input.text) : input.tokens
      if (length > life.contextTokens) throw new Fault('context_length_exceeded', 'Too long by far.')
    }
    return {
      vectors: request.inputs.map((_, index) => Float32Array.of(Math.cos(index), Math.sin(index), 0, 0)),
      promptTokens: request.inputs.length * 2,
    }
  },
  tokenize: (text) => Promise.resolve([...new TextEncoder().encode(text)]),
  detokenize: (tokens) => Promise.resolve(new TextDecoder().decode(Uint8Array.from(tokens))),
  residentBytes: () => Promise.resolve(card.sizeBytes),
  async close() {
    driver.closed.push(card.id)
    life.exit('closed')
  },
})

/** Whatever is asked, the prompt has as many tokens as `play` says. */
const count = async (
  driver: ScriptedDriver,
  { prompt }: Pick<GenerateRequest, 'prompt'>,
  signal: AbortSignal,
): Promise<number> => {
  driver.counted.push(prompt)
  const { gate, refuses } = driver.script
  if (refuses !== undefined) throw refuses
  await gate?.(signal)
  signal.throwIfAborted()
  return PROMPT_TOKENS
}

async function* play(
  driver: ScriptedDriver,
  request: GenerateRequest,
  signal: AbortSignal,
): AsyncGenerator<GenerationEvent> {
  driver.requests.push(request)
  driver.signals.push(signal)
  const { pieces = ['Hello', ' from', ' the', ' script', '.'], refuses, failsAfter, gate } = driver.script
  if (refuses !== undefined) throw refuses
  yield { type: 'generation-start', promptTokens: PROMPT_TOKENS, cachedTokens: 3 }
  const budget = request.maxTokens ?? Number.POSITIVE_INFINITY
  let written = 0
  for (const text of pieces) {
    if (written >= budget) break
    await gate?.(signal)
    signal.throwIfAborted()
    if (written === failsAfter)
      throw new Fault('engine_failed', 'The engine of this model stopped unexpectedly (SIGSEGV).')
    yield { type: 'text-delta', text, tokens: 1 }
    written += 1
  }
  yield {
    type: 'generation-finish',
    ...endOf(driver.script, written < pieces.length),
    usage: { promptTokens: PROMPT_TOKENS, completionTokens: written, cachedTokens: 3 },
    timings: { prefillMs: 1, decodeMs: written },
  }
}

const endOf = (
  { stopText }: Script,
  isCut: boolean,
): Pick<Extract<GenerationEvent, { type: 'generation-finish' }>, 'reason' | 'rawReason' | 'stopText'> => {
  if (isCut) return { reason: 'length', rawReason: 'max-tokens' }
  if (stopText === undefined) return { reason: 'stop', rawReason: 'eos' }
  return { reason: 'stop', rawReason: 'stop-string', stopText }
}

import { Fault } from '@shared/fault/fault.ts'
import type { EmbedRequest } from '@shared/inference/embed-request.ts'
import type { GenerateRequest, Prompt } from '@shared/inference/generate-request.ts'
import type {
  GenerationEvent,
  GenerationFinish,
  TokenChance,
  TokenLogprob,
} from '@shared/inference/generation-event.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { RankRequest } from '@shared/inference/rank-request.ts'
import type { TextEngine, TextEngineDriver } from '@shared/inference/text-engine.ts'

export interface ScriptedCall {
  readonly id: string
  readonly name: string
  /** Pieces of its arguments, one token each; together the JSON of an object. */
  readonly arguments: readonly string[]
}

/** What the scripted engine does with one request. */
export interface Script {
  /** Pieces of what the model thinks first, one token each. */
  readonly reasoning?: readonly string[]
  /** Pieces of the answer, one token each. */
  readonly pieces?: readonly string[]
  /** Calls after the text; the name of each costs one token too. */
  readonly toolCalls?: readonly ScriptedCall[]
  /** The stop text that ends the answer after its last piece. */
  readonly stopText?: string
  /** Thrown before the first event. */
  readonly refuses?: Fault
  /** Thrown after this many tokens. */
  readonly failsAfter?: number
  /** Waits here before each token; the test lets go. */
  readonly gate?: (signal: AbortSignal) => Promise<void>
}

export interface ScriptedDriver extends TextEngineDriver {
  readonly loads: ModelCard[]
  readonly requests: GenerateRequest[]
  readonly embeds: EmbedRequest[]
  readonly ranks: RankRequest[]
  /** Prompts whose tokens were counted. */
  readonly counted: Prompt[]
  readonly signals: AbortSignal[]
  readonly closed: string[]
  /** What every request gets, or one after the other while there are several: the last one stays. */
  script: Script | readonly [Script, ...Script[]]
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
    ranks: [],
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
  async rank(request) {
    driver.ranks.push(request)
    // A document scores by how many words of the query are in it.
    const words = request.query.toLowerCase().split(/\W+/)
    const scores = request.documents.map(
      (document) => words.filter((word) => document.toLowerCase().includes(word)).length / words.length,
    )
    return { scores, promptTokens: request.documents.length * 3 }
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
  const { gate, refuses } = nextScript(driver)
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
  const script = nextScript(driver)
  const { refuses, failsAfter, gate } = script
  if (refuses !== undefined) throw refuses
  yield { type: 'generation-start', promptTokens: PROMPT_TOKENS, cachedTokens: 3 }
  const budget = request.maxTokens ?? Number.POSITIVE_INFINITY
  const events = [...eventsOf(script, request.logprobs)]
  const tokens = events.filter(costsToken).length
  let written = 0
  for (const event of events) {
    if (costsToken(event)) {
      if (written >= budget) break
      await gate?.(signal)
      signal.throwIfAborted()
      if (written === failsAfter)
        throw new Fault('engine_failed', 'The engine of this model stopped unexpectedly (SIGSEGV).')
      written += 1
    }
    yield event
  }
  const reasoningTokens = Math.min(written, script.reasoning?.length ?? 0)
  yield {
    type: 'generation-finish',
    ...endOf(script, written < tokens),
    usage: {
      promptTokens: PROMPT_TOKENS,
      completionTokens: written,
      cachedTokens: 3,
      ...(reasoningTokens === 0 ? {} : { reasoningTokens }),
    },
    timings: { prefillMs: 1, decodeMs: written },
  }
}

const nextScript = (driver: ScriptedDriver): Script => {
  if (!isList(driver.script)) return driver.script
  const [script, next, ...rest] = driver.script
  if (next !== undefined) driver.script = [next, ...rest]
  return script
}

const isList = (script: ScriptedDriver['script']): script is readonly [Script, ...Script[]] =>
  Array.isArray(script)

const costsToken = (event: GenerationEvent): boolean => event.type !== 'tool-call-end'

function* eventsOf(
  { reasoning = [], pieces, toolCalls = [] }: Script,
  logprobs: number | undefined,
): Generator<GenerationEvent> {
  for (const text of reasoning) yield { type: 'reasoning-delta', text, tokens: 1 }
  const said = pieces ?? (toolCalls.length > 0 ? [] : ['Hello', ' from', ' the', ' script', '.'])
  for (const text of said) {
    yield {
      type: 'text-delta',
      text,
      tokens: 1,
      ...(logprobs === undefined ? {} : { logprobs: [logprobOf(text, logprobs)] }),
    }
  }
  for (const [index, call] of toolCalls.entries()) {
    yield { type: 'tool-call-start', index, id: call.id, name: call.name, tokens: 1 }
    for (const text of call.arguments) yield { type: 'tool-call-delta', index, text, tokens: 1 }
    yield { type: 'tool-call-end', index }
  }
}

/** The token was twice as likely as the only other one. */
const logprobOf = (text: string, alternatives: number): TokenLogprob => {
  const chance = (id: number, word: string, probability: number): TokenChance => ({
    id,
    text: word,
    bytes: [...new TextEncoder().encode(word)],
    logprob: Math.log(probability),
  })
  const drawn = chance(text.length, text, 2 / 3)
  return { ...drawn, top: [drawn, chance(0, '?', 1 / 3)].slice(0, alternatives) }
}

const endOf = (
  { stopText, toolCalls = [] }: Script,
  isCut: boolean,
): Pick<GenerationFinish, 'reason' | 'rawReason' | 'stopText'> => {
  if (isCut) return { reason: 'length', rawReason: 'max-tokens' }
  if (toolCalls.length > 0) return { reason: 'tool-calls', rawReason: 'tool-calls' }
  if (stopText === undefined) return { reason: 'stop', rawReason: 'eos' }
  return { reason: 'stop', rawReason: 'stop-string', stopText }
}

import { Fault } from '@shared/fault/fault.ts'
import type { EmbedRequest } from '@shared/inference/embed-request.ts'
import type { GenerateRequest, Prompt } from '@shared/inference/generate-request.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { RankRequest } from '@shared/inference/rank-request.ts'
import type { EngineLoadOptions, TextEngineDriver } from '@shared/inference/text-engine.ts'
import { logprobOfToken } from './scripted/logprob-of-token.ts'
import type { Turn } from './scripted/play-turn.ts'
import { createPlayedEngine } from './scripted/played-engine.ts'
import type { PlayedModel } from './scripted/played-engine.ts'
import { playedTestModel } from './scripted/played-test-model.ts'
import { createScriptedLife } from './scripted/scripted-life.ts'
import type { ScriptedLife } from './scripted/scripted-life.ts'
import type { Script } from './scripted/script.ts'

export type { Script, ScriptedCall } from './scripted/script.ts'

/**
 * A driver without a network behind it. A test says what its engines answer; only to the cards of our test models (see
 * `playedTestModel`) they answer as those models do. Both are told by the same engine, which passes the port's
 * conformance suite.
 */
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
const CACHED_TOKENS = 3

export const createScriptedDriver = (script: Script = {}): ScriptedDriver => {
  const lives = new Map<string, ScriptedLife>()
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
      const life = createScriptedLife()
      lives.set(card.id, life)
      const model = playedTestModel(card, options) ?? scriptedModel(driver, options)
      const { slots } = options
      const onClose = () => void driver.closed.push(card.id)
      return createPlayedEngine(model, { card, driver: driver.name, slots, life, onClose })
    },
    crash: (model) => lives.get(model)?.end('SIGSEGV'),
  }
  return driver
}

/** Whatever it is asked, it answers with the script of its driver. */
const scriptedModel = (driver: ScriptedDriver, { contextTokens }: EngineLoadOptions): PlayedModel => ({
  contextTokens,
  begin(request, signal) {
    driver.requests.push(request)
    driver.signals.push(signal)
    return scriptedTurn(nextScript(driver), request)
  },
  async countPromptTokens(prompt, signal) {
    driver.counted.push(prompt)
    const { gate, refuses } = nextScript(driver)
    if (refuses !== undefined) throw refuses
    await gate?.(signal)
    signal.throwIfAborted()
    return PROMPT_TOKENS
  },
  embed(request) {
    driver.embeds.push(request)
    for (const input of request.inputs) {
      const { length } = input.type === 'text' ? new TextEncoder().encode(input.text) : input.tokens
      if (length > contextTokens) throw new Fault('context_length_exceeded', 'Too long by far.')
    }
    return {
      vectors: request.inputs.map((_, index) => Float32Array.of(Math.cos(index), Math.sin(index), 0, 0)),
      promptTokens: request.inputs.length * 2,
    }
  },
  rank(request) {
    driver.ranks.push(request)
    // A document scores by how many words of the query are in it.
    const words = request.query.toLowerCase().split(/\W+/)
    const scores = request.documents.map(
      (document) => words.filter((word) => document.toLowerCase().includes(word)).length / words.length,
    )
    return { scores, promptTokens: request.documents.length * 3 }
  },
  tokenize: (text) => [...new TextEncoder().encode(text)],
  detokenize: (tokens) => new TextDecoder().decode(Uint8Array.from(tokens)),
})

const scriptedTurn = (script: Script, { logprobs, maxTokens, stop }: GenerateRequest): Turn => {
  if (script.refuses !== undefined) throw script.refuses
  return {
    script,
    promptTokens: PROMPT_TOKENS,
    cachedTokens: CACHED_TOKENS,
    budget: maxTokens ?? Number.POSITIVE_INFINITY,
    cutReason: 'max-tokens',
    stop,
    ...(logprobs === undefined
      ? {}
      : {
          logprobOf: (text) => logprobOfToken({ id: text.length, text, timesAsLikely: 2 }, logprobs),
        }),
    timingsAfter: (written) => ({ prefillMs: 1, decodeMs: written }),
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

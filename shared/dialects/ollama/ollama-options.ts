import { Fault } from '@shared/fault/fault.ts'
import type { GenerateRequest, Sampling } from '@shared/inference/generate-request.ts'
import { isRecord, stringOrStrings, wrongType } from '../wire-field.ts'

const MOST_STOPS = 16
/** Ollama itself knows about thirty. */
const MOST_OPTIONS = 128
/** Ollama's word for "draw one". */
const RANDOM_SEED = -1
const OFF_TYPICAL_P = 1

const KNOWN = new Set([
  'num_predict', 'num_ctx', 'temperature', 'top_k', 'top_p', 'min_p', 'seed', 'stop',
  'repeat_penalty', 'repeat_last_n', 'presence_penalty', 'frequency_penalty', 'typical_p',
  'mirostat', 'mirostat_tau', 'mirostat_eta',
]) // prettier-ignore

/** Options of Ollama's that are about its own runner, or that it no longer has itself. */
const WITHOUT_EFFECT = new Set([
  'num_keep', 'num_batch', 'num_gpu', 'main_gpu', 'low_vram', 'f16_kv', 'logits_all', 'vocab_only', 'use_mmap',
  'use_mlock', 'embedding_only', 'num_thread', 'numa', 'penalize_newline', 'tfs_z',
]) // prettier-ignore

export interface OllamaOptions extends Pick<GenerateRequest, 'sampling' | 'stop' | 'maxTokens'> {
  /** `num_ctx` */
  readonly contextTokens?: number
  readonly warnings: readonly string[]
}

/**
 * Ollama's `options`, in its own spelling or in camelCase. Integers may come as floats, and what lies beyond the ends of
 * a scale is taken as its end, as Ollama does. @throws Fault `invalid_request` naming the option
 */
export const decodeOllamaOptions = (value: unknown): OllamaOptions => {
  if (value !== undefined && value !== null && !isRecord(value))
    throw wrongType('options', 'an object', value)
  const options = snakeCased(value ?? {})
  const maxTokens = integerAt(options, 'num_predict')
  const contextTokens = integerAt(options, 'num_ctx')
  return {
    sampling: samplingOf(options),
    stop: stringOrStrings('options.stop', options.get('stop'), MOST_STOPS),
    // −1 is "no limit", −2 "until the context is full", and Ollama takes 0 as no limit too: the same thing here.
    ...(maxTokens === undefined || maxTokens <= 0 ? {} : { maxTokens }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
    warnings: [...options.keys()].filter((name) => !KNOWN.has(name)).map(warningOf),
  }
}

const warningOf = (name: string): string =>
  WITHOUT_EFFECT.has(name)
    ? `The option '${name}' has no effect.`
    : `The option '${name.slice(0, 64)}' is unknown and has no effect.`

type OptionMap = ReadonlyMap<string, unknown>

const snakeCased = (options: Readonly<Record<string, unknown>>): OptionMap => {
  const found = new Map<string, unknown>()
  const entries = Object.entries(options)
  if (entries.length > MOST_OPTIONS)
    throw new Fault('invalid_request', `'options' may have at most ${MOST_OPTIONS} entries.`, {
      param: 'options',
    })
  for (const [name, value] of entries) {
    const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    // Null is an option that was left out; the name's own spelling wins over its alias.
    if (value !== null && (snake === name || !Object.hasOwn(options, snake))) found.set(snake, value)
  }
  return found
}

const samplingOf = (options: OptionMap): Sampling => {
  const topK = integerAt(options, 'top_k')
  const seed = integerAt(options, 'seed')
  const repeatLastTokens = integerAt(options, 'repeat_last_n')
  const typicalP = clampedAt(options, 'typical_p', 1)
  const mirostat = mirostatOf(options)
  return {
    ...given('temperature', clampedAt(options, 'temperature', Number.POSITIVE_INFINITY)),
    ...given('topP', clampedAt(options, 'top_p', 1)),
    ...given('topK', topK === undefined ? undefined : Math.max(0, topK)),
    ...given('minP', clampedAt(options, 'min_p', 1)),
    ...given('seed', seed === RANDOM_SEED ? undefined : seed),
    ...given('repeatPenalty', numberAt(options, 'repeat_penalty', 0, 10)),
    ...given('frequencyPenalty', numberAt(options, 'frequency_penalty', -2, 2)),
    ...given('presencePenalty', numberAt(options, 'presence_penalty', -2, 2)),
    ...given('repeatLastTokens', repeatLastTokens === undefined ? undefined : Math.max(-1, repeatLastTokens)),
    // Clients send Ollama's whole list of defaults: what is off there is not asked of the engine.
    ...given('typicalP', typicalP === OFF_TYPICAL_P ? undefined : typicalP),
    ...(mirostat === undefined ? {} : { mirostat }),
  }
}

const mirostatOf = (options: OptionMap): Sampling['mirostat'] => {
  const version = numberAt(options, 'mirostat', 0, 2)
  const tau = clampedAt(options, 'mirostat_tau', Number.POSITIVE_INFINITY)
  const eta = clampedAt(options, 'mirostat_eta', 1)
  if (version === undefined || version === 0) return undefined
  if (version !== 1 && version !== 2) {
    const param = 'options.mirostat'
    throw new Fault('invalid_request', `'${param}' must be 0 (off), 1 or 2.`, { param })
  }
  return { version, ...(tau === undefined ? {} : { tau }), ...(eta === undefined ? {} : { eta }) }
}

const given = <Name extends keyof Sampling>(name: Name, value: number | undefined) =>
  value === undefined ? {} : { [name]: value }

const clampedAt = (options: OptionMap, name: string, most: number): number | undefined => {
  const value = numberAt(options, name)
  return value === undefined ? undefined : Math.min(most, Math.max(0, value))
}

const integerAt = (options: OptionMap, name: string): number | undefined => {
  const value = numberAt(options, name, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  return value === undefined ? undefined : Math.trunc(value)
}

const numberAt = (
  options: OptionMap,
  name: string,
  least = -Number.MAX_VALUE,
  most = Number.MAX_VALUE,
): number | undefined => {
  const value = options.get(name)
  if (value === undefined) return undefined
  const param = `options.${name}`
  if (typeof value !== 'number') throw wrongType(param, 'a number', value)
  if (value >= least && value <= most) return value
  throw new Fault('invalid_request', `'${param}' must be a number from ${least} to ${most}.`, { param })
}

import type { Prompt } from '@shared/inference/generate-request.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { DecodedRequest } from '../text-dialect.ts'
import { decodeOllamaKeepAlive } from './ollama-keep-alive.ts'
import { decodeOllamaOptions } from './ollama-options.ts'

interface OllamaTextBody {
  readonly stream?: boolean
  readonly keep_alive?: unknown
  readonly options?: unknown
}

/**
 * What chat and generate have in common.
 * @param prompt undefined: nothing is to be written, the model is only loaded, or unloaded when it shall stay for no time
 */
export const decodeOllamaRequest = (
  body: OllamaTextBody,
  model: ModelId,
  prompt: Prompt | undefined,
  warnings: readonly string[],
): DecodedRequest => {
  const { warnings: optionWarnings, contextTokens, ...options } = decodeOllamaOptions(body.options)
  const keepAliveMs = decodeOllamaKeepAlive(body.keep_alive)
  return {
    requests: prompt === undefined ? [] : [{ model, prompt, ...options }],
    samplesPerPrompt: 1,
    // Ollama answers with one object where nothing is written, streamed or not.
    isStream: prompt !== undefined && (body.stream ?? true),
    includesUsage: true,
    prefixes: [],
    warnings: [...warnings, ...optionWarnings],
    ...(prompt === undefined ? { residence: keepAliveMs === 0 ? 'unload' : 'load' } : {}),
    ...(keepAliveMs === undefined ? {} : { keepAliveMs }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
  }
}

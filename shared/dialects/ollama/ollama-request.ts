import type { Prompt } from '@shared/inference/generate-request.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { DecodedRequest } from '../text-dialect.ts'
import { decodeOllamaFormat } from './ollama-format.ts'
import { decodeOllamaKeepAlive } from './ollama-keep-alive.ts'
import { decodeOllamaLogprobs } from './ollama-logprobs.ts'
import { decodeOllamaOptions } from './ollama-options.ts'

interface OllamaTextBody {
  readonly stream?: boolean
  readonly keep_alive?: unknown
  readonly options?: unknown
  readonly format?: unknown
  readonly logprobs?: boolean
  readonly top_logprobs?: number
  readonly truncate?: boolean
  readonly shift?: boolean
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
  const output = decodeOllamaFormat(body.format)
  const logprobs = decodeOllamaLogprobs(body)
  const wishes = {
    ...options,
    ...(output === undefined ? {} : { output }),
    ...(logprobs === undefined ? {} : { logprobs }),
  }
  return {
    requests: prompt === undefined ? [] : [{ model, prompt, ...wishes }],
    samplesPerPrompt: 1,
    // Ollama answers with one object where nothing is written, streamed or not.
    isStream: prompt !== undefined && (body.stream ?? true),
    includesUsage: true,
    prefixes: [],
    warnings: [...warnings, ...fieldWarnings(body), ...optionWarnings],
    ...(prompt === undefined ? { residence: keepAliveMs === 0 ? 'unload' : 'load' } : {}),
    ...(keepAliveMs === undefined ? {} : { keepAliveMs }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
  }
}

const fieldWarnings = ({
  logprobs = false,
  top_logprobs = 0,
  truncate,
  shift,
}: OllamaTextBody): readonly string[] => [
  ...(truncate === true
    ? ["The field 'truncate' has no effect: a prompt that is too long is refused, not cut."]
    : []),
  ...(shift === true ? ["The field 'shift' has no effect: an answer ends when the context is full."] : []),
  ...(top_logprobs > 0 && !logprobs ? ["The field 'top_logprobs' has no effect without 'logprobs'."] : []),
]

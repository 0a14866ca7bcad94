import { Fault } from '@shared/fault/fault.ts'
import type { Generation } from '@shared/inference/generation.ts'
import type { Prompt } from '@shared/inference/generate-request.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { DecodedRequest, ReplyContext, ReplyShape, TextDialect } from '../text-dialect.ts'
import { onlyDefined } from './only-defined.ts'
import { OpenaiCompletionBody } from './openai-completion-schema.ts'
import { openaiCompletionFrames } from './openai-completion-stream.ts'
import { openaiFaultBody, openaiFaultFrame } from './openai-faults.ts'
import { openaiFinishReason } from './openai-finish-reason.ts'
import { createLegacyLogprobs, decodeLegacyLogprobs } from './openai-legacy-logprobs.ts'
import { decodeOpenaiOutput } from './openai-output.ts'
import { decodeOpenaiPrompts } from './openai-prompts.ts'
import type { TextOrTokens } from './openai-prompts.ts'
import { checkMaxTokens, decodeOpenaiSampling } from './openai-sampling.ts'
import { checkUnsupported } from './openai-unsupported.ts'
import { encodeOpenaiUsage } from './openai-usage.ts'

const KNOWN = new Set(Object.keys(OpenaiCompletionBody.properties))
const MOST_PROMPTS = 64
/** OpenAI's own default of this route. */
const DEFAULT_MAX_TOKENS = 16

const decode = (body: OpenaiCompletionBody, model: ModelId): DecodedRequest => {
  const warnings = checkUnsupported(body, KNOWN)
  const prompts = decodeOpenaiPrompts('prompt', body.prompt, MOST_PROMPTS)
  const maxTokens = checkMaxTokens('max_tokens', body.max_tokens) ?? DEFAULT_MAX_TOKENS
  const samplesPerPrompt = body.n ?? 1
  const answer = { model, ...decodeOpenaiOutput(body), ...onlyDefined({ logprobs: logprobsOf(body) }) }
  return {
    requests: prompts.flatMap((prompt) =>
      Array.from({ length: samplesPerPrompt }, (_, choice) => ({
        ...answer,
        prompt: promptOf(prompt, body.suffix),
        ...decodeOpenaiSampling(body, maxTokens, choice),
      })),
    ),
    samplesPerPrompt,
    isStream: body.stream ?? false,
    includesUsage: body.stream_options?.include_usage ?? false,
    prefixes:
      body.echo === true
        ? prompts.flatMap((prompt) => Array<string>(samplesPerPrompt).fill(textOf(prompt, 'echo')))
        : [],
    warnings,
  }
}

const textOf = (prompt: TextOrTokens, param: string): string => {
  if (prompt.type === 'text') return prompt.text
  throw new Fault('invalid_request', `'${param}' works with text prompts only.`, { param })
}

const promptOf = (prompt: TextOrTokens, suffix = ''): Prompt =>
  suffix === '' ? prompt : { type: 'infill', prefix: textOf(prompt, 'suffix'), suffix }

const logprobsOf = (body: OpenaiCompletionBody): number | undefined => {
  const logprobs = decodeLegacyLogprobs(body.logprobs)
  if (logprobs === undefined || body.echo !== true) return logprobs
  throw new Fault(
    'invalid_request',
    "'logprobs' cannot be told together with 'echo': the prompt's own are not known.",
    { param: 'logprobs' },
  )
}

const encode = (generations: readonly Generation[], shape: ReplyShape, reply: ReplyContext) => ({
  id: `cmpl-${reply.id}`,
  object: 'text_completion' as const,
  created: reply.createdAt,
  model: reply.model,
  choices: generations.map((generation, index) => ({
    text: (shape.prefixes[index] ?? '') + generation.text,
    index,
    logprobs: createLegacyLogprobs()(generation.logprobs),
    finish_reason: openaiFinishReason(generation.reason),
  })),
  usage: encodeOpenaiUsage(generations, shape.samplesPerPrompt, reply),
  system_fingerprint: 'skein',
})

export const openaiCompletion: TextDialect<OpenaiCompletionBody> = {
  streamType: 'text/event-stream',
  decode,
  encode,
  frames: openaiCompletionFrames,
  faultBody: openaiFaultBody,
  faultFrame: openaiFaultFrame,
}

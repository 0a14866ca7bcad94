import { Fault } from '@shared/fault/fault.ts'
import type { Generation } from '@shared/inference/generation.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { DecodedRequest, ReplyContext, ReplyShape, TextDialect } from '../text-dialect.ts'
import { OpenaiCompletionBody } from './openai-completion-schema.ts'
import { openaiCompletionFrames } from './openai-completion-stream.ts'
import { openaiFaultBody, openaiFaultFrame } from './openai-faults.ts'
import { OPENAI_FINISH_REASON } from './openai-finish-reason.ts'
import { decodeOpenaiPrompts } from './openai-prompts.ts'
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
  return {
    requests: prompts.flatMap((prompt) =>
      Array.from({ length: samplesPerPrompt }, (_, choice) => ({
        model,
        prompt,
        ...decodeOpenaiSampling(body, maxTokens, choice),
      })),
    ),
    samplesPerPrompt,
    isStream: body.stream ?? false,
    includesUsage: body.stream_options?.include_usage ?? false,
    prefixes:
      body.echo === true
        ? prompts.flatMap((prompt) => Array<string>(samplesPerPrompt).fill(textOf(prompt)))
        : [],
    warnings,
  }
}

const textOf = (prompt: ReturnType<typeof decodeOpenaiPrompts>[number]): string => {
  if (prompt.type === 'text') return prompt.text
  throw new Fault('invalid_request', `'echo' works with text prompts only.`, { param: 'echo' })
}

const encode = (generations: readonly Generation[], shape: ReplyShape, reply: ReplyContext) => ({
  id: `cmpl-${reply.id}`,
  object: 'text_completion' as const,
  created: reply.createdAt,
  model: reply.model,
  choices: generations.map((generation, index) => ({
    text: (shape.prefixes[index] ?? '') + generation.text,
    index,
    logprobs: null,
    finish_reason: OPENAI_FINISH_REASON[generation.reason],
  })),
  usage: encodeOpenaiUsage(
    generations.map((generation) => generation.usage),
    shape.samplesPerPrompt,
  ),
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

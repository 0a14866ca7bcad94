import type { Generation } from '@shared/inference/generation.ts'
import type { Message, Role } from '@shared/inference/generate-request.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { openaiCompletionFrames } from '../openai/openai-completion-stream.ts'
import { openaiFaultBody, openaiFaultFrame } from '../openai/openai-faults.ts'
import { decodeOpenaiOutput } from '../openai/openai-output.ts'
import { checkMaxTokens, decodeOpenaiSampling } from '../openai/openai-sampling.ts'
import { checkUnsupported } from '../openai/openai-unsupported.ts'
import { encodeOpenaiUsage } from '../openai/openai-usage.ts'
import type { DecodedRequest, ReplyContext, ReplyShape, TextDialect } from '../text-dialect.ts'
import { stringOrStrings } from '../wire-field.ts'
import { LocalaiEditBody } from './localai-edit-schema.ts'

const KNOWN = new Set(Object.keys(LocalaiEditBody.properties))
const MOST_INPUTS = 64

const decode = (body: LocalaiEditBody, model: ModelId): DecodedRequest => {
  const warnings = checkUnsupported(body, KNOWN)
  const inputs = stringOrStrings('input', body.input, MOST_INPUTS)
  const maxTokens = checkMaxTokens('max_tokens', body.max_tokens)
  const samplesPerPrompt = body.n ?? 1
  const output = decodeOpenaiOutput(body)
  return {
    requests: (inputs.length === 0 ? [''] : inputs).flatMap((input) =>
      Array.from({ length: samplesPerPrompt }, (_, choice) => ({
        model,
        prompt: { type: 'chat' as const, messages: messagesOf(body.instruction, input) },
        ...output,
        ...decodeOpenaiSampling(body, maxTokens, choice),
      })),
    ),
    samplesPerPrompt,
    isStream: body.stream ?? false,
    includesUsage: body.stream_options?.include_usage ?? false,
    prefixes: [],
    warnings,
  }
}

/** The instruction is the system's, the text the user's; without a text the instruction is all that the user says. */
const messagesOf = (instruction: string, input: string): readonly Message[] =>
  input === ''
    ? [messageOf('user', instruction)]
    : [messageOf('system', instruction), messageOf('user', input)]

const messageOf = (role: Role, text: string): Message => ({ role, parts: [{ type: 'text', text }] })

const encode = (generations: readonly Generation[], shape: ReplyShape, reply: ReplyContext) => ({
  id: reply.id,
  object: 'edit' as const,
  created: reply.createdAt,
  model: reply.model,
  choices: generations.map(({ text }, index) => ({ index, text })),
  usage: encodeOpenaiUsage(generations, shape.samplesPerPrompt, reply),
})

/** Nobody's edits were ever streamed: who asks for it gets the frames of a text completion. */
export const localaiEdit: TextDialect<LocalaiEditBody> = {
  streamType: 'text/event-stream',
  decode,
  encode,
  frames: openaiCompletionFrames,
  faultBody: openaiFaultBody,
  faultFrame: openaiFaultFrame,
}

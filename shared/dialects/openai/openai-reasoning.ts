import { Fault } from '@shared/fault/fault.ts'
import type { ChatPrompt, ReasoningWish } from '@shared/inference/generate-request.ts'
import { wrongType } from '../wire-field.ts'
import { wireObject } from '../wire-object.ts'
import { onlyDefined } from './only-defined.ts'
import type { OpenaiMetadata } from './openai-metadata.ts'

interface ReasoningBody {
  readonly reasoning_effort?: string
  readonly enable_thinking?: boolean
  readonly chat_template_kwargs?: unknown
}

/** OpenAI's words for how much is thought; those beyond the model's `high` mean it. */
const EFFORTS = new Map<string, NonNullable<ReasoningWish['effort']> | 'none'>([
  ['none', 'none'],
  ['minimal', 'minimal'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['xhigh', 'high'],
  ['max', 'high'],
])

/** Variables that are the conversation itself. */
const RESERVED = ['messages', 'tools', 'add_generation_prompt'] as const
const MOST_VARIABLES = 64

/** What the template is told beside the conversation. @throws Fault naming the field */
export const decodeOpenaiReasoning = (
  body: ReasoningBody,
  metadata: OpenaiMetadata,
): Pick<ChatPrompt, 'reasoning' | 'templateVariables'> => {
  const {
    enable_thinking: enabled,
    reasoning_effort: effort,
    ...others
  } = variablesOf(body.chat_template_kwargs)
  const asked =
    effortOf(body.reasoning_effort, 'reasoning_effort') ??
    effortOf(effort, 'chat_template_kwargs.reasoning_effort') ??
    effortOf(metadata.reasoningEffort, 'metadata.reasoning_effort')
  const reasoning = onlyDefined({
    isEnabled:
      body.enable_thinking ??
      flagOf(enabled, 'chat_template_kwargs.enable_thinking') ??
      (asked === undefined ? metadata.isThinkingEnabled : asked !== 'none'),
    effort: asked === 'none' ? undefined : asked,
  })
  return {
    ...(Object.keys(reasoning).length === 0 ? {} : { reasoning }),
    ...(Object.keys(others).length === 0 ? {} : { templateVariables: others }),
  }
}

const effortOf = (value: unknown, param: string): ReasoningWish['effort'] | 'none' => {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw wrongType(param, 'a string', value)
  const effort = EFFORTS.get(value.toLowerCase())
  if (effort !== undefined) return effort
  throw new Fault(
    'invalid_request',
    `Invalid value for '${param}': '${value.slice(0, 40)}'. Supported values are: 'none', 'minimal', 'low', 'medium' and 'high'.`,
    { param },
  )
}

const flagOf = (value: unknown, param: string): boolean | undefined => {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  throw wrongType(param, 'a boolean', value)
}

const variablesOf = (value: unknown): Readonly<Record<string, unknown>> => {
  if (value === undefined) return {}
  const variables = wireObject(value, 'chat_template_kwargs')
  const reserved = RESERVED.find((name) => Object.hasOwn(variables, name))
  if (reserved !== undefined)
    throw new Fault(
      'invalid_request',
      `'chat_template_kwargs.${reserved}' cannot be set: it is made of the conversation.`,
      { param: `chat_template_kwargs.${reserved}` },
    )
  if (Object.keys(variables).length <= MOST_VARIABLES) return variables
  throw new Fault('invalid_request', `'chat_template_kwargs' may have at most ${MOST_VARIABLES} variables.`, {
    param: 'chat_template_kwargs',
  })
}

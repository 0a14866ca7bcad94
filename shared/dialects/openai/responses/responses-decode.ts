import { Fault } from '@shared/fault/fault.ts'
import type { GenerateRequest, Message } from '@shared/inference/generate-request.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { isRecord, wrongType } from '../../wire-field.ts'
import { decodeOpenaiMetadata } from '../openai-metadata.ts'
import { decodeOpenaiReasoning } from '../openai-reasoning.ts'
import { checkMaxTokens, decodeOpenaiSampling } from '../openai-sampling.ts'
import type { OpenaiResponsesBody } from './responses-body-schema.ts'
import { checkResponsesFields } from './responses-fields.ts'
import { readInput } from './responses-input.ts'
import type { ContextItem, InputContext } from './responses-input.ts'
import { messagesOf } from './responses-messages.ts'
import { settingsOf } from './responses-settings.ts'
import type { ResponseSettings } from './responses-resource.ts'
import { decodeTextConfig } from './responses-text-format.ts'
import { decodeResponsesTools } from './responses-tools.ts'

export interface DecodeContext extends InputContext {
  readonly model: ModelId
  /** Input and output of the previous response; empty when there is none. */
  readonly history: readonly ContextItem[]
}

export interface DecodedResponse {
  readonly request: GenerateRequest
  readonly settings: ResponseSettings
  /** All items that the response is made from, those of the previous response included. */
  readonly context: readonly ContextItem[]
  readonly isStream: boolean
  /** MCP servers of this node whose tools the model may use. */
  readonly mcpServers?: readonly string[]
  readonly warnings: readonly string[]
}

/** @throws Fault `invalid_request` naming the field that cannot be honoured */
export const decodeResponses = (body: OpenaiResponsesBody, context: DecodeContext): DecodedResponse => {
  const warnings = checkResponsesFields(body)
  checkStorage(body)
  const metadata = decodeOpenaiMetadata(body.metadata)
  const text = decodeTextConfig(body)
  const tools = decodeResponsesTools(body, (metadata.mcpServers ?? []).length > 0)
  const items = [...context.history, ...readInput(body.input, context)]
  if (items.length === 0)
    throw new Fault('invalid_request', "'input' is missing: send a text, or an array of items.", {
      param: 'input',
    })
  const reasoning = readReasoning(body.reasoning)
  const logprobs = logprobsOf(body)
  const request: GenerateRequest = {
    model: context.model,
    prompt: {
      type: 'chat',
      messages: [...instructionsOf(body), ...messagesOf(items)],
      ...(tools.tools.length === 0 ? {} : { tools: tools.tools }),
      ...decodeOpenaiReasoning(
        reasoning.effort === null ? {} : { reasoning_effort: reasoning.effort },
        metadata,
      ),
    },
    ...decodeOpenaiSampling(body, checkMaxTokens('max_output_tokens', body.max_output_tokens), 0),
    ...tools.request,
    ...(text.output === undefined ? {} : { output: text.output }),
    ...(logprobs === undefined ? {} : { logprobs }),
  }
  return {
    request,
    settings: settingsOf(body, { model: context.model, reasoning, text, tools }),
    context: items,
    isStream: body.stream ?? false,
    ...(metadata.mcpServers === undefined ? {} : { mcpServers: metadata.mcpServers }),
    warnings: [...warnings, ...text.warnings, ...warningsOf(body)],
  }
}

const checkStorage = ({ background, store }: OpenaiResponsesBody): void => {
  if (background !== true || store !== false) return
  throw new Fault(
    'invalid_request',
    "A background response has to be stored: leave out 'store', or set it to true.",
    {
      param: 'background',
    },
  )
}

const instructionsOf = ({ instructions = '' }: OpenaiResponsesBody): readonly Message[] =>
  instructions === '' ? [] : [{ role: 'system', parts: [{ type: 'text', text: instructions }] }]

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

const readReasoning = (value: unknown): ResponseSettings['reasoning'] => {
  if (value === undefined) return { effort: null, summary: null }
  if (!isRecord(value)) throw wrongType('reasoning', 'an object', value)
  const summary = value['summary'] ?? value['generate_summary']
  return {
    effort: effortOf(value['effort']),
    summary: typeof summary === 'string' ? summary.slice(0, 40) : null,
  }
}

const effortOf = (effort: unknown): string | null => {
  if (effort === undefined || effort === null) return null
  if (typeof effort !== 'string') throw wrongType('reasoning.effort', 'a string', effort)
  if (EFFORTS.includes(effort.toLowerCase())) return effort
  throw new Fault(
    'invalid_request',
    `Invalid value for 'reasoning.effort': '${effort.slice(0, 40)}'. Supported values are: 'none', 'minimal', 'low', 'medium' and 'high'.`,
    { param: 'reasoning.effort' },
  )
}

const LOGPROBS = 'message.output_text.logprobs'

const logprobsOf = ({ include = [], top_logprobs: others = 0 }: OpenaiResponsesBody): number | undefined =>
  include.includes(LOGPROBS) || others > 0 ? others : undefined

/** What may be included, and is a fact of things that do not exist here. */
const WITHOUT_EFFECT =
  /^(file_search_call|web_search_call|computer_call_output|code_interpreter_call|message\.input_image)\./

const warningsOf = ({
  include = [],
  max_tool_calls: calls,
  reasoning,
  truncation,
}: OpenaiResponsesBody): string[] => [
  ...include
    .filter((name) => name !== LOGPROBS && !WITHOUT_EFFECT.test(name))
    .map((name) => `'${name.slice(0, 64)}' in 'include' has no effect.`),
  ...(calls === undefined ? [] : ["The field 'max_tool_calls' has no effect."]),
  ...(truncation === 'auto'
    ? ["'truncation: auto' has no effect: a conversation that does not fit is refused."]
    : []),
  ...(readReasoning(reasoning).summary === null
    ? []
    : ["'reasoning.summary' has no effect: the reasoning itself is in the content of its item."]),
]

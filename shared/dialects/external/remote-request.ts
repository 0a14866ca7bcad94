import { Fault } from '@shared/fault/fault.ts'
import type {
  ChatPrompt,
  GenerateRequest,
  OutputFormat,
  ReasoningWish,
} from '@shared/inference/generate-request.ts'
import { REMOTE_ABILITIES } from './remote-abilities.ts'
import type { RemoteAbilities } from './remote-abilities.ts'
import { remoteMessages } from './remote-messages.ts'
import type { RemoteModel } from './remote-model.ts'
import { remoteSampling } from './remote-sampling.ts'

type WireFields = Readonly<Record<string, unknown>>

/** Which route of the server, with which body. */
export interface RemoteRequest {
  readonly path: '/v1/chat/completions' | '/v1/completions'
  readonly body: WireFields
}

/** A request on the wire of OpenAI, streamed. @throws Fault `invalid_request` naming what the server cannot honour */
export const remoteRequest = (request: GenerateRequest, model: RemoteModel): RemoteRequest => {
  const abilities: RemoteAbilities = REMOTE_ABILITIES[model.product]
  const { prompt } = request
  const common = {
    model: model.remoteName,
    stream: true,
    stream_options: {
      include_usage: true,
      ...(model.product === 'vllm' ? { continuous_usage_stats: true } : {}),
    },
    ...remoteSampling(request.sampling, abilities, model),
    // Who wants no token still wants the prompt read.
    ...(request.maxTokens === undefined ? {} : { max_tokens: Math.max(1, request.maxTokens) }),
    ...(request.stop.length === 0 || abilities.countsAsItGoes
      ? {}
      : { stop: request.stop.map((stop) => stop.toWellFormed()) }),
    ...(abilities.countsAsItGoes ? { timings_per_token: true } : {}),
  }
  if (prompt.type === 'chat')
    return {
      path: '/v1/chat/completions',
      body: { ...common, ...chatFields(request, prompt, abilities, model) },
    }
  return { path: '/v1/completions', body: { ...common, ...completionFields(request, abilities, model) } }
}

const chatFields = (
  request: GenerateRequest,
  prompt: ChatPrompt,
  abilities: RemoteAbilities,
  model: RemoteModel,
): WireFields => ({
  messages: remoteMessages(prompt.messages, abilities),
  ...toolFields(request, prompt),
  ...outputFields(request.output, abilities, model),
  ...thinkingFields(prompt, abilities, model),
  // Some tell nothing at all where no other tokens are asked for.
  ...(request.logprobs === undefined ? {} : { logprobs: true, top_logprobs: Math.max(1, request.logprobs) }),
})

const toolFields = (request: GenerateRequest, { tools = [] }: ChatPrompt): WireFields => {
  if (tools.length === 0) return {}
  const choice = request.toolChoice ?? { type: 'auto' }
  return {
    tools: tools.map(({ description, isStrict, name, parameters }) => ({
      type: 'function',
      function: {
        name,
        ...(description === undefined ? {} : { description }),
        parameters,
        ...(isStrict === true ? { strict: true } : {}),
      },
    })),
    ...(choice.type === 'required' ? { tool_choice: 'required' } : {}),
    ...(choice.type === 'tool' ? { tool_choice: { type: 'function', function: { name: choice.name } } } : {}),
    ...(request.isOneCallOnly === true ? { parallel_tool_calls: false } : {}),
  }
}

const ANY_OBJECT = { type: 'object' } as const

const outputFields = (
  output: OutputFormat | undefined,
  { lacksJsonObject, takesGrammar }: RemoteAbilities,
  model: RemoteModel,
): WireFields => {
  switch (output?.type) {
    case undefined:
      return {}
    case 'grammar':
      if (!takesGrammar) throw cannot('grammar', 'it does not take grammars', model)
      return { grammar: output.grammar }
    case 'json':
      return { response_format: lacksJsonObject ? schemaFormat(ANY_OBJECT) : { type: 'json_object' } }
    case 'json-schema':
      return { response_format: schemaFormat(output.schema) }
  }
}

const schemaFormat = (schema: unknown): WireFields => ({
  type: 'json_schema',
  json_schema: { name: 'answer', strict: true, schema },
})

const thinkingFields = (prompt: ChatPrompt, abilities: RemoteAbilities, model: RemoteModel): WireFields => {
  const { reasoning = {}, templateVariables = {} } = prompt
  const { effort, isEnabled } = reasoning
  const switches = isEnabled === undefined ? {} : { enable_thinking: isEnabled, thinking: isEnabled }
  if (abilities.takesTemplateVariables) {
    const variables = { ...switches, ...templateVariables }
    return {
      ...(effort === undefined ? {} : { reasoning_effort: effort }),
      ...(Object.keys(variables).length === 0 ? {} : { chat_template_kwargs: variables }),
    }
  }
  if (Object.keys(templateVariables).length > 0)
    throw cannot('chat_template_kwargs', 'it does not take variables of templates', model)
  const word = effortOf(reasoning)
  return word === undefined ? {} : { reasoning_effort: word }
}

/** The one word that servers without templates of ours have for both wishes. */
const effortOf = ({ effort, isEnabled }: ReasoningWish): string | undefined => {
  if (isEnabled === false) return 'none'
  return effort ?? (isEnabled === true ? 'medium' : undefined)
}

const completionFields = (
  { logprobs, output, prompt }: GenerateRequest,
  abilities: RemoteAbilities,
  model: RemoteModel,
): WireFields => {
  if (output !== undefined && !abilities.takesFormOfText)
    throw cannot('response_format', 'it takes a form of the answer for chats only', model)
  return {
    ...promptFields(prompt, abilities, model),
    ...outputFields(output, abilities, model),
    ...(logprobs === undefined ? {} : { logprobs: Math.max(1, logprobs) }),
  }
}

const promptFields = (
  prompt: GenerateRequest['prompt'],
  { takesSuffix, takesTokens }: RemoteAbilities,
  model: RemoteModel,
): WireFields => {
  switch (prompt.type) {
    case 'chat':
      return {}
    case 'text':
      return { prompt: prompt.text.toWellFormed() }
    case 'tokens':
      if (!takesTokens) throw cannot('prompt', 'it takes text, not token ids', model)
      return { prompt: prompt.tokens }
    case 'infill':
      if (!takesSuffix) throw cannot('suffix', 'it does not fill gaps', model)
      return { prompt: prompt.prefix.toWellFormed(), suffix: prompt.suffix.toWellFormed() }
  }
}

const cannot = (param: string, why: string, { id, machine }: RemoteModel): Fault =>
  new Fault(
    'invalid_request',
    `'${param}' is not possible with '${id}' on the machine '${machine}': ${why}.`,
    {
      param,
    },
  )

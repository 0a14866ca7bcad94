import { Fault } from '@shared/fault/fault.ts'
import type { ToolDefinition } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../../wire-field.ts'
import { decodeOpenaiToolUse } from '../openai-tool-use.ts'
import type { OpenaiToolUse } from '../openai-tool-use.ts'
import { decodeOpenaiFunction } from '../openai-tools.ts'
import type { OpenaiResponsesBody } from './responses-body-schema.ts'

/** A tool as the resource tells it. */
export interface WireFunctionTool {
  readonly type: 'function'
  readonly name: string
  readonly description: string | null
  readonly parameters: Readonly<Record<string, unknown>>
  readonly strict: boolean
}

export interface ResponsesToolUse extends Pick<OpenaiToolUse, 'tools' | 'request'> {
  /** All tools of the request, also those that the model may not call this time. */
  readonly echo: readonly WireFunctionTool[]
  readonly choiceEcho: unknown
}

/**
 * The tools of a request, in the flat form of this route, and what the model is to do with them.
 * @throws Fault naming the tool that this node cannot run
 */
export const decodeResponsesTools = (
  body: OpenaiResponsesBody,
  hasServerTools: boolean,
): ResponsesToolUse => {
  const tools = readTools(body.tools)
  const choice = choiceOf(body)
  const use = decodeOpenaiToolUse(
    {
      tools: tools.map((tool) => ({ type: 'function', function: withStrictness(tool) })),
      ...(choice === undefined ? {} : { tool_choice: choice }),
      ...(body.parallel_tool_calls === undefined ? {} : { parallel_tool_calls: body.parallel_tool_calls }),
    },
    hasServerTools,
  )
  return {
    tools: use.tools,
    request: use.request,
    echo: tools.map(wireTool),
    choiceEcho: choice ?? (tools.length === 0 ? 'none' : 'auto'),
  }
}

const withStrictness = ({ isStrict, ...tool }: ToolDefinition) => ({ ...tool, strict: isStrict ?? false })

/** LocalAI's list of names is OpenAI's `allowed_tools`. */
const choiceOf = ({ allowed_tools: names, tool_choice: choice }: OpenaiResponsesBody): unknown => {
  if (names === undefined || names.length === 0) return choice
  if (choice !== undefined && choice !== 'auto' && choice !== 'required') {
    throw new Fault(
      'invalid_request',
      "Send either 'allowed_tools' or a 'tool_choice' of its own, not both.",
      {
        param: 'allowed_tools',
      },
    )
  }
  return {
    type: 'allowed_tools',
    mode: choice ?? 'auto',
    tools: names.map((name) => ({ type: 'function', name })),
  }
}

const readTools = (value: unknown): readonly ToolDefinition[] => {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw wrongType('tools', 'an array', value)
  return value.map((tool: unknown, index) => readTool(tool, `tools[${index}]`))
}

const readTool = (tool: unknown, param: string): ToolDefinition => {
  if (!isRecord(tool)) throw wrongType(param, 'an object', tool)
  const { function: nested, type } = tool
  if (type !== 'function') {
    throw new Fault(
      'invalid_request',
      `'${param}' is of type '${String(type).slice(0, 40)}'. Tools that OpenAI hosts do not exist on this node; models here call tools of type 'function' only.`,
      { param: `${param}.type` },
    )
  }
  if (nested !== undefined) {
    throw new Fault(
      'invalid_request',
      `'${param}.function' is the form of /v1/chat/completions. Here 'name', 'description' and 'parameters' are fields of the tool itself.`,
      { param: `${param}.function` },
    )
  }
  return decodeOpenaiFunction(tool, param)
}

const wireTool = ({ name, description, parameters, isStrict }: ToolDefinition): WireFunctionTool => ({
  type: 'function',
  name,
  description: description ?? null,
  parameters,
  strict: isStrict ?? false,
})

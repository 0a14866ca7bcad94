import { Fault } from '@shared/fault/fault.ts'
import type { GenerateRequest, ToolChoice, ToolDefinition } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { isAnthropicFlagSet } from './anthropic-field.ts'

/** Which tools the model is told of, and which it must call. */
export interface AnthropicToolUse extends Pick<GenerateRequest, 'toolChoice' | 'isOneCallOnly'> {
  readonly tools: readonly ToolDefinition[]
}

/** @throws Fault for a choice that the tools cannot meet */
export const decodeAnthropicToolChoice = (
  choice: unknown,
  tools: readonly ToolDefinition[],
): AnthropicToolUse => {
  if (choice === undefined) return { tools }
  if (!isRecord(choice)) throw wrongType('tool_choice', 'an object', choice)
  const { type } = choice
  const isSingle = isAnthropicFlagSet(
    choice['disable_parallel_tool_use'],
    'tool_choice.disable_parallel_tool_use',
  )
  const single = isSingle ? { isOneCallOnly: true } : {}
  if (type === 'auto') return { tools, ...single }
  // The model cannot call what it is not told of.
  if (type === 'none') return { tools: [] }
  if (type === 'any') return { tools, toolChoice: required(tools), ...single }
  if (type === 'tool') return { tools, toolChoice: chosen(choice['name'], tools), ...single }
  if (typeof type !== 'string') throw wrongType('tool_choice.type', 'a string', type)
  throw invalid('tool_choice.type', `is '${type.slice(0, 40)}', which is none of auto, any, tool, none`)
}

const required = (tools: readonly ToolDefinition[]): ToolChoice => {
  if (tools.length === 0) throw invalid('tool_choice', "demands a call, but there are no 'tools'")
  return { type: 'required' }
}

const chosen = (name: unknown, tools: readonly ToolDefinition[]): ToolChoice => {
  if (typeof name !== 'string') throw wrongType('tool_choice.name', 'a string', name)
  if (tools.some((tool) => tool.name === name)) return { type: 'tool', name }
  throw invalid('tool_choice.name', `is '${name.slice(0, 128)}', which is none of the 'tools'`)
}

const invalid = (param: string, problem: string): Fault =>
  new Fault('invalid_request', `'${param}' ${problem}.`, { param })

import { Fault } from '@shared/fault/fault.ts'
import type { Message, MessagePart, ToolCallPart } from '@shared/inference/generate-request.ts'
import { wrongType } from '../wire-field.ts'
import { wireObject } from '../wire-object.ts'
import { isAnthropicFlagSet } from './anthropic-field.ts'

type Block = Readonly<Record<string, unknown>>

/** Clients that catch an exception of a tool often write the word themselves. */
const SAYS_ERROR = /^\s*error\b/i

/** A `tool_use` block: a call that the model made. Its id is remembered for the result. */
export const decodeToolUse = (
  { id, input, name }: Block,
  param: string,
  calledTools: Map<string, string>,
): ToolCallPart => {
  const call = {
    id: named(id, `${param}.id`),
    name: named(name, `${param}.name`),
    arguments: JSON.stringify(wireObject(input, `${param}.input`)),
  }
  calledTools.set(call.id, call.name)
  return { type: 'tool-call', ...call }
}

export interface ToolResultReading {
  readonly param: string
  readonly calledTools: ReadonlyMap<string, string>
  readonly decodeBlocks: (blocks: unknown, param: string) => readonly MessagePart[]
}

/** A `tool_result` block: what a tool answered to a call of an earlier message. @throws Fault when there was no such call */
export const decodeToolResult = (
  { content, is_error: flag, tool_use_id: id }: Block,
  { calledTools, decodeBlocks, param }: ToolResultReading,
): Message => {
  const toolCallId = named(id, `${param}.tool_use_id`)
  const name = calledTools.get(toolCallId)
  if (name === undefined) {
    throw new Fault(
      'invalid_request',
      `'${param}.tool_use_id' is '${toolCallId.slice(0, 80)}', but no tool_use block of an earlier message has this id.`,
      { param: `${param}.tool_use_id` },
    )
  }
  const isError = isAnthropicFlagSet(flag, `${param}.is_error`)
  const parts = resultParts(content, `${param}.content`, decodeBlocks)
  return { role: 'tool', name, toolCallId, parts: isError ? asError(parts) : parts }
}

const resultParts = (
  content: unknown,
  param: string,
  decodeBlocks: ToolResultReading['decodeBlocks'],
): readonly MessagePart[] => {
  if (content === undefined || content === null) return []
  return typeof content === 'string' ? [{ type: 'text', text: content }] : decodeBlocks(content, param)
}

/** Templates have no place for it, so the model is told in words. */
const asError = (parts: readonly MessagePart[]): readonly MessagePart[] => {
  const [first, ...rest] = parts
  if (first?.type !== 'text') return [{ type: 'text', text: 'Error: the tool failed.' }, ...parts]
  return SAYS_ERROR.test(first.text) ? parts : [{ type: 'text', text: `Error: ${first.text}` }, ...rest]
}

const named = (value: unknown, param: string): string => {
  if (typeof value !== 'string') throw wrongType(param, 'a string', value)
  if (value !== '') return value
  throw new Fault('invalid_request', `'${param}' must not be empty.`, { param })
}

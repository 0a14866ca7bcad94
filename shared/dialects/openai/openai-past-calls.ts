import { Fault } from '@shared/fault/fault.ts'
import type { ToolCallPart } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { wireObject } from '../wire-object.ts'

/** More calls than any model writes in one answer. */
const MOST_CALLS = 512
const LONGEST_NAME = 256

/** The `tool_calls` of an assistant's message of the past. @throws Fault naming the call */
export const decodeOpenaiPastCalls = (value: unknown, param: string): readonly ToolCallPart[] => {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw wrongType(param, 'an array', value)
  if (value.length > MOST_CALLS)
    throw new Fault('invalid_request', `'${param}' may have at most ${MOST_CALLS} entries.`, { param })
  return value.map((call: unknown, index) => decodeCall(call, index, `${param}[${index}]`))
}

/** The former `function_call`, which has no id. */
export const decodeOpenaiPastFunctionCall = (
  value: unknown,
  id: string,
  param: string,
): readonly ToolCallPart[] =>
  value === undefined || value === null ? [] : [{ type: 'tool-call', id, ...decodeFunction(value, param) }]

const decodeCall = (call: unknown, index: number, param: string): ToolCallPart => {
  if (!isRecord(call)) throw wrongType(param, 'an object', call)
  const { id, type } = call
  if (type !== undefined && typeof type !== 'string') throw wrongType(`${param}.type`, 'a string', type)
  if (type !== undefined && type !== 'function')
    throw new Fault(
      'invalid_request',
      `'${param}' is of type '${type.slice(0, 40)}'; models of this node know calls of type 'function' only.`,
      { param: `${param}.type` },
    )
  if (id !== undefined && id !== null && typeof id !== 'string')
    throw wrongType(`${param}.id`, 'a string', id)
  return {
    type: 'tool-call',
    id: id ?? `call_${index}`,
    ...decodeFunction(call['function'], `${param}.function`),
  }
}

const decodeFunction = (
  value: unknown,
  param: string,
): { readonly name: string; readonly arguments: string } => {
  if (!isRecord(value)) throw wrongType(param, 'an object', value)
  const { name } = value
  if (typeof name !== 'string' || name === '' || name.length > LONGEST_NAME)
    throw wrongType(`${param}.name`, 'the name of a function', name)
  return { name, arguments: argumentsOf(value['arguments'], `${param}.arguments`) }
}

/** JSON text of an object; some clients send the object itself, or nothing for a call without arguments. */
const argumentsOf = (value: unknown, param: string): string => {
  if (value === undefined || value === null || value === '') return '{}'
  if (isRecord(value)) return JSON.stringify(wireObject(value, param))
  if (typeof value !== 'string') throw wrongType(param, 'JSON text of an object', value)
  const object = parsed(value)
  // Templates that want the object write it out again.
  if (isRecord(object) && wireObject(object, param)) return value
  throw new Fault('invalid_request', `'${param}' is not the JSON text of an object.`, { param })
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

import { Fault } from '@shared/fault/fault.ts'
import type { JsonSchema, ToolDefinition } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { wireObject } from '../wire-object.ts'
import { onlyDefined } from './only-defined.ts'

/** OpenAI's own limit is 128. */
const MOST_TOOLS = 512
const TOOL_NAME = /^[a-zA-Z0-9_.-]{1,128}$/
/** Keywords beside which the missing `type: 'object'` may be said in another way. */
const OTHER_WAYS = ['$ref', 'anyOf', 'oneOf', 'allOf', 'enum', 'const'] as const

/** OpenAI's `tools`. @throws Fault naming the tool that is of another type, or wrong */
export const decodeOpenaiTools = (value: unknown): readonly ToolDefinition[] =>
  listOfTools(value, 'tools', (tool, param) => {
    if (!isRecord(tool)) throw wrongType(param, 'an object', tool)
    const { type } = tool
    if (type !== undefined && typeof type !== 'string') throw wrongType(`${param}.type`, 'a string', type)
    if (type !== undefined && type !== 'function')
      throw new Fault(
        'invalid_request',
        `'${param}' is of type '${type.slice(0, 40)}'; models of this node call tools of type 'function' only.`,
        { param: `${param}.type` },
      )
    return decodeOpenaiFunction(tool['function'], `${param}.function`)
  })

/** OpenAI's former `functions`. */
export const decodeOpenaiFunctions = (value: unknown): readonly ToolDefinition[] =>
  listOfTools(value, 'functions', decodeOpenaiFunction)

/** One function: its name, what it does, and the schema of its arguments. @throws Fault naming the field */
export const decodeOpenaiFunction = (value: unknown, param: string): ToolDefinition => {
  if (!isRecord(value)) throw wrongType(param, 'an object', value)
  const { name, description, parameters, strict } = value
  if (description !== undefined && description !== null && typeof description !== 'string')
    throw wrongType(`${param}.description`, 'a string', description)
  if (strict !== undefined && strict !== null && typeof strict !== 'boolean')
    throw wrongType(`${param}.strict`, 'a boolean', strict)
  return {
    name: nameOf(name, `${param}.name`),
    parameters: parametersOf(parameters, `${param}.parameters`),
    ...onlyDefined({
      description: description ?? undefined,
      isStrict: strict === true ? true : undefined,
    }),
  }
}

const listOfTools = (
  value: unknown,
  param: string,
  decode: (tool: unknown, param: string) => ToolDefinition,
): readonly ToolDefinition[] => {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw wrongType(param, 'an array', value)
  if (value.length > MOST_TOOLS)
    throw new Fault(
      'invalid_request',
      `'${param}' may have at most ${MOST_TOOLS} entries, got ${value.length}.`,
      { param },
    )
  const tools = value.map((tool: unknown, index) => decode(tool, `${param}[${index}]`))
  refuseTwins(tools, param)
  return tools
}

/** @throws Fault naming the tool whose name another one has */
const refuseTwins = (tools: readonly ToolDefinition[], param: string): void => {
  const names = new Set<string>()
  for (const [index, { name }] of tools.entries()) {
    if (names.has(name))
      throw new Fault('invalid_request', `'${param}[${index}]' has the name of another tool: '${name}'.`, {
        param: `${param}[${index}]`,
      })
    names.add(name)
  }
}

const nameOf = (name: unknown, param: string): string => {
  if (typeof name !== 'string') throw wrongType(param, 'a string', name)
  if (TOOL_NAME.test(name)) return name
  throw new Fault(
    'invalid_request',
    `'${param}' is no name of a function: 1 to 128 letters, digits, '_', '-' and '.', got '${name.slice(0, 40)}'.`,
    { param },
  )
}

/** A function without parameters takes the empty object. */
const parametersOf = (value: unknown, param: string): JsonSchema => {
  if (value === undefined || value === null) return { type: 'object', properties: {} }
  const schema = wireObject(value, param, 'a JSON Schema (an object)')
  if (schema['type'] === undefined && !OTHER_WAYS.some((keyword) => Object.hasOwn(schema, keyword)))
    return { type: 'object', properties: {}, ...schema }
  if (schema['type'] === undefined || schema['type'] === 'object') return schema
  throw new Fault('invalid_request', `'${param}.type' must be 'object': arguments have names.`, {
    param: `${param}.type`,
  })
}

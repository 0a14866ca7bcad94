import { Fault } from '@shared/fault/fault.ts'
import type { JsonSchema, ToolDefinition } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { wireObject } from '../wire-object.ts'

const MOST_TOOLS = 128
const TOOL_NAME = /^[\p{L}\p{N}_.:/-]{1,128}$/u

/** Ollama's `tools`. @throws Fault `invalid_request` naming the tool and the field */
export const decodeOllamaTools = (tools: unknown): readonly ToolDefinition[] => {
  if (tools === undefined || tools === null) return []
  if (!Array.isArray(tools)) throw wrongType('tools', 'an array of tools', tools)
  if (tools.length > MOST_TOOLS) throw refusal('tools', `'tools' may have at most ${MOST_TOOLS} entries.`)
  const names = new Set<string>()
  return tools.map((tool: unknown, index) => {
    const definition = decodeTool(tool, `tools[${index}]`)
    if (names.has(definition.name)) {
      const param = `tools[${index}].function.name`
      throw refusal(param, `'${param}': there is another tool of this name.`)
    }
    names.add(definition.name)
    return definition
  })
}

const decodeTool = (tool: unknown, param: string): ToolDefinition => {
  if (!isRecord(tool)) throw wrongType(param, 'an object', tool)
  const { type = 'function' } = tool
  if (type !== 'function' && type !== '')
    throw refusal(`${param}.type`, `'${param}.type' must be 'function': no other tools are known here.`)
  const described = tool['function']
  if (!isRecord(described)) throw wrongType(`${param}.function`, 'an object', described)
  const description = described['description'] ?? ''
  if (typeof description !== 'string')
    throw wrongType(`${param}.function.description`, 'a string', description)
  return {
    name: decodeName(described['name'], `${param}.function.name`),
    ...(description === '' ? {} : { description }),
    parameters: decodeParameters(described['parameters'], `${param}.function.parameters`),
  }
}

const decodeName = (name: unknown, param: string): string => {
  if (typeof name !== 'string') throw wrongType(param, 'a string', name)
  if (TOOL_NAME.test(name)) return name
  throw refusal(param, `'${param}' must be 1 to 128 letters, digits and characters of '_.:/-'.`)
}

/** What is null was left out; without a schema the tool takes no arguments. */
const decodeParameters = (parameters: unknown, param: string): JsonSchema => {
  if (parameters === undefined || parameters === null) return { type: 'object', properties: {} }
  const entries = Object.entries(wireObject(parameters, param, 'a JSON Schema'))
  const schema = Object.fromEntries(entries.filter(([, value]) => value !== null))
  const { type = 'object' } = schema
  if (type !== 'object' && type !== '')
    throw refusal(`${param}.type`, `'${param}.type' must be 'object': arguments have names.`)
  return { properties: {}, ...schema, type: 'object' }
}

const refusal = (param: string, message: string): Fault => new Fault('invalid_request', message, { param })

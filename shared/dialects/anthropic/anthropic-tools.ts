import { Fault } from '@shared/fault/fault.ts'
import type { ToolDefinition } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { wireObject } from '../wire-object.ts'
import { isAnthropicFlagSet, optionalAnthropicText } from './anthropic-field.ts'

const MOST_TOOLS = 1024
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,128}$/

/** Tools whose work is done by Anthropic's servers, by the beginning of their type. */
const RUN_AT_ANTHROPIC = ['web_search', 'web_fetch', 'code_execution', 'tool_search', 'mcp_', 'advisor']
/** Tools that the client runs, but whose definition was trained into Anthropic's models. */
const KNOWN_TO_CLAUDE = ['bash', 'text_editor', 'memory', 'computer', 'browser']

/** Marks for the cache, and how the input is cut when it streams: here always as it is written. */
const HARMLESS = new Set(['type', 'name', 'input_schema', 'description', 'strict', 'allowed_callers', 'cache_control',
  'eager_input_streaming']) // prettier-ignore

/** Fields that say more of a tool than a template has room for. */
const IGNORED: Readonly<Record<string, string>> = {
  defer_loading: 'the model is told of every tool from the beginning',
  input_examples: 'the model is told the description and the schema',
}

/** Anthropic's `tools`. @throws Fault naming the tool and the field that cannot be honoured */
export const decodeAnthropicTools = (
  tools: readonly unknown[],
  warnings: Set<string>,
): readonly ToolDefinition[] => {
  if (tools.length > MOST_TOOLS)
    throw new Fault('invalid_request', `'tools' may have at most ${MOST_TOOLS} entries.`, { param: 'tools' })
  const names = new Set<string>()
  return tools.map((tool, index) => {
    const param = `tools.${index}`
    if (!isRecord(tool)) throw wrongType(param, 'an object', tool)
    const definition = decodeTool(tool, param)
    for (const warning of warningsOf(tool)) warnings.add(warning)
    if (names.has(definition.name)) throw invalid(`${param}.name`, 'is the name of an earlier tool')
    names.add(definition.name)
    return definition
  })
}

const decodeTool = (tool: Readonly<Record<string, unknown>>, param: string): ToolDefinition => {
  checkType(tool['type'], `${param}.type`)
  checkCallers(tool['allowed_callers'], `${param}.allowed_callers`)
  const { name } = tool
  if (typeof name !== 'string') throw wrongType(`${param}.name`, 'a string', name)
  if (!TOOL_NAME.test(name))
    throw invalid(`${param}.name`, 'must have 1 to 128 letters, digits, underscores or hyphens')
  const description = optionalAnthropicText(tool['description'], `${param}.description`)
  return {
    name,
    parameters: decodeSchema(tool['input_schema'], `${param}.input_schema`),
    ...(description === undefined ? {} : { description }),
    ...(isAnthropicFlagSet(tool['strict'], `${param}.strict`) ? { isStrict: true } : {}),
  }
}

const checkType = (type: unknown, param: string): void => {
  if (type === undefined || type === null || type === 'custom') return
  if (typeof type !== 'string') throw wrongType(param, 'a string', type)
  const begins = (prefix: string): boolean => type.startsWith(prefix)
  const shown = `is '${type.slice(0, 60)}'`
  if (RUN_AT_ANTHROPIC.some(begins))
    throw invalid(param, `${shown}, a tool that Anthropic's own servers run, which this node cannot`)
  if (KNOWN_TO_CLAUDE.some(begins))
    throw invalid(
      param,
      `${shown}, a tool whose definition only Anthropic's models know. Describe it as a custom tool with an input_schema`,
    )
  throw invalid(param, `${shown}; this node takes tools of type 'custom'`)
}

/** The model itself is the only caller here. */
const checkCallers = (callers: unknown, param: string): void => {
  if (callers === undefined || callers === null) return
  if (!Array.isArray(callers)) throw wrongType(param, 'an array of strings', callers)
  if (!callers.includes('direct'))
    throw invalid(param, "must have 'direct': this node runs no code of the model")
}

const decodeSchema = (schema: unknown, param: string): Readonly<Record<string, unknown>> => {
  const checked = wireObject(schema, param)
  if ((checked['type'] ?? 'object') !== 'object') throw invalid(`${param}.type`, "must be 'object'")
  return { ...checked, type: 'object' }
}

const warningsOf = (tool: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(tool)
    .filter(([field, value]) => !HARMLESS.has(field) && value !== null && value !== false)
    .map(([field]) =>
      Object.hasOwn(IGNORED, field)
        ? `The field '${field}' of tools has no effect: ${IGNORED[field]}.`
        : `The field '${field.slice(0, 64)}' of tools is unknown and has no effect.`,
    )

const invalid = (param: string, problem: string): Fault =>
  new Fault('invalid_request', `'${param}' ${problem}.`, { param })

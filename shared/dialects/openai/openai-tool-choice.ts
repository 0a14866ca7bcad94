import { Fault } from '@shared/fault/fault.ts'
import { isRecord, wrongType } from '../wire-field.ts'

/** What a caller wants done with the tools, not yet compared with those that there are. */
export type OpenaiToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' }
  | { readonly type: 'tool'; readonly name: string }
  | { readonly type: 'allowed'; readonly mode: 'auto' | 'required'; readonly names: readonly string[] }

const EXPECTED = "'none', 'auto', 'required', or an object that names a function"

/**
 * OpenAI's `tool_choice`, as a word, as an object in its nested and its flat form, and as either once more in JSON text.
 * @throws Fault for everything else
 */
export const decodeOpenaiToolChoice = (value: unknown): OpenaiToolChoice => {
  const choice = withoutQuotes(value)
  if (typeof choice === 'string') return wordOf(choice, 'tool_choice')
  if (!isRecord(choice)) throw wrongType('tool_choice', EXPECTED, choice)
  const { type } = choice
  if (type === 'function') return { type: 'tool', name: functionNameOf(choice, 'tool_choice') }
  if (type === 'allowed_tools') return allowedOf(choice['allowed_tools'] ?? choice)
  if (typeof type !== 'string') throw wrongType('tool_choice.type', 'a string', type)
  return wordOf(type, 'tool_choice.type')
}

/** OpenAI's former `function_call`. */
export const decodeOpenaiFunctionCall = (value: unknown): OpenaiToolChoice => {
  if (value === 'auto' || value === 'none') return { type: value }
  if (isRecord(value)) return { type: 'tool', name: functionNameOf(value, 'function_call') }
  throw wrongType('function_call', "'none', 'auto' or an object with a name", value)
}

/** Some clients send the choice as JSON text inside the JSON. */
const withoutQuotes = (value: unknown): unknown => {
  if (typeof value !== 'string' || !/^\s*["{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

const wordOf = (word: string, param: string): OpenaiToolChoice => {
  if (word === 'auto' || word === 'none' || word === 'required') return { type: word }
  throw new Fault(
    'invalid_request',
    `Invalid value for '${param}': '${word.slice(0, 40)}'. Supported are ${EXPECTED}.`,
    { param },
  )
}

const functionNameOf = (value: Readonly<Record<string, unknown>>, param: string): string => {
  const nested = value['function']
  const name = isRecord(nested) ? nested['name'] : value['name']
  if (typeof name === 'string' && name !== '') return name
  throw wrongType(
    isRecord(nested) ? `${param}.function.name` : `${param}.name`,
    'the name of a function',
    name,
  )
}

const ALLOWED = 'tool_choice.allowed_tools'

const allowedOf = (value: unknown): OpenaiToolChoice => {
  if (!isRecord(value)) throw wrongType(ALLOWED, 'an object', value)
  const { mode, tools } = value
  if (mode !== 'auto' && mode !== 'required')
    throw new Fault('invalid_request', `'${ALLOWED}.mode' must be 'auto' or 'required'.`, {
      param: `${ALLOWED}.mode`,
    })
  if (!Array.isArray(tools)) throw wrongType(`${ALLOWED}.tools`, 'an array', tools)
  const names = tools.map((tool: unknown, index) => {
    const param = `${ALLOWED}.tools[${index}]`
    if (!isRecord(tool)) throw wrongType(param, 'an object', tool)
    return functionNameOf(tool, param)
  })
  return { type: 'allowed', mode, names }
}

import { Fault } from '@shared/fault/fault.ts'
import type { JsonSchema, ToolDefinition } from '@shared/inference/generate-request.ts'
import {
  anyJsonObjectRules,
  gbnfLiteral,
  jsonSchemaRules,
} from '../json-schema-grammar/json-schema-grammar.ts'
import type { GrammarRules } from '../json-schema-grammar/json-schema-grammar.ts'
import type { CallFormat, EnvelopeBody, MarkedCallFormat, NamedBody } from './chat-format.ts'
import { RULE_PREFIX, SPACE, choice, markersInGbnf } from './grammar-pieces.ts'
import { callOpening, isBareForm } from './read-calls.ts'
import { taggedCallInGbnf } from './tagged-call-grammar.ts'

/** More calls than these are in no answer: a model that goes round in circles comes to an end. */
const MOST_CALLS = 16

export interface CallsGrammar {
  readonly tools: readonly ToolDefinition[]
  readonly isOneCallOnly: boolean
  /** Gets the rules. */
  readonly rules: Map<string, string>
}

/** All calls of an answer, every one to a known tool with arguments that its schema allows. */
export const callsInGbnf = (format: CallFormat, { tools, isOneCallOnly, rules }: CallsGrammar): string => {
  const call = `${RULE_PREFIX}call`
  const calls = tools.map((tool, index) => {
    const name = `${call}-${index}`
    rules.set(
      name,
      withToolNamed(tool, () => callInGbnf(format, { tool, prefix: `${name}-`, rules })),
    )
    return name
  })
  rules.set(call, calls.join(' | '))
  if (format.type === 'harmony' || isBareForm(format)) return call
  return listOfCalls(format, call, isOneCallOnly ? 0 : MOST_CALLS - 1)
}

const listOfCalls = ({ section, separator }: MarkedCallFormat, call: string, mostMore: number): string => {
  const between = separator === '' ? SPACE : `${SPACE} ${gbnfLiteral(separator)} ${SPACE}`
  const list = mostMore === 0 ? call : `${call} (${between} ${call}){0,${mostMore}}`
  if (section === undefined) return list
  const close = section.close.length === 0 ? '' : ` ${SPACE} ${markersInGbnf(section.close)}`
  return `${markersInGbnf(section.open)} ${SPACE} ${list}${close}`
}

/** A refusal of a schema says which tool's. */
const withToolNamed = (tool: ToolDefinition, write: () => string): string => {
  try {
    return write()
  } catch (error) {
    if (!(error instanceof Fault) || error.param === 'tools') throw error
    const place = error.param === undefined ? '' : ` (${error.param})`
    throw new Fault(error.code, `The tool '${tool.name.slice(0, 100)}'${place}: ${error.message}`, {
      param: 'tools',
      cause: error,
    })
  }
}

interface OneCall {
  readonly tool: ToolDefinition
  readonly prefix: string
  readonly rules: Map<string, string>
}

const callInGbnf = (format: CallFormat, call: OneCall): string => {
  if (format.type === 'harmony') return harmonyCall(call)
  const { body, close } = format
  if (body.type === 'tagged') return taggedCallInGbnf(format, body, { ...call, json: jsonOf(call) })
  const opening = callOpening(format)
  const open = opening.length === 0 ? '' : `${markersInGbnf(opening)} ${SPACE} `
  const end = close.length === 0 ? '' : ` ${SPACE} ${markersInGbnf(close)}`
  const inner = body.type === 'envelope' ? envelope(body, format, call) : named(body, format, call)
  return `${open}${inner}${end}`
}

const JSON_TEXT = String.raw`"\"" [a-zA-Z0-9]{9} "\""`

/** The `{` is the last of the opening markers. */
const envelope = (body: EnvelopeBody, { idForm }: MarkedCallFormat, call: OneCall): string => {
  const key = (name: string): string => `${gbnfLiteral(JSON.stringify(name))} ${SPACE} ":" ${SPACE}`
  const comma = `${SPACE} "," ${SPACE}`
  const number =
    body.numberKey === undefined ? '' : `(${key(body.numberKey)} "\\"" [0-9]{1,2} "\\"" ${comma})? `
  const name = `${key(body.nameKey)} ${gbnfLiteral(JSON.stringify(call.tool.name))}`
  const id = idForm === 'nine-letters' ? ` (${comma} ${key('id')} ${JSON_TEXT})?` : ''
  return `${number}${name} ${comma} ${key(body.argumentsKey)} ${argumentsOf(call)}${id} ${SPACE} "}"`
}

const named = ({ argumentsOpen, idOpen }: NamedBody, { idForm }: MarkedCallFormat, call: OneCall): string => {
  const { name } = call.tool
  const text = idForm === 'numbered' ? `${gbnfLiteral(`functions.${name}:`)} [0-9]{1,4}` : gbnfLiteral(name)
  const id = idOpen === undefined ? '' : ` (${gbnfLiteral(idOpen)} [a-zA-Z0-9]{9})?`
  return `${text}${id} ${SPACE} ${markersInGbnf(argumentsOpen)} ${SPACE} ${argumentsOf(call)}`
}

/** The recipient is in either place of the header, as the vendor's own templates and models have it. */
const harmonyCall = (call: OneCall): string => {
  const recipient = gbnfLiteral(` to=functions.${call.tool.name}`)
  const header = choice([
    `"<|channel|>" ("commentary" | "analysis") ${recipient}`,
    `${recipient} "<|channel|>" ("commentary" | "analysis")`,
  ])
  return `${header} (" "? "<|constrain|>json" | " json")? "<|message|>" ${argumentsOf(call)}`
}

const argumentsOf = ({ tool, prefix, rules }: OneCall): string =>
  schemaInGbnf(objectSchema(tool.parameters), {
    prefix: `${prefix}arguments`,
    isStrict: tool.isStrict,
    rules,
  })

const jsonOf =
  ({ tool: { isStrict }, rules }: OneCall) =>
  (schema: JsonSchema, prefix: string): string =>
    schemaInGbnf(schema, { prefix, isStrict, rules })

/** A schema that says nothing of its type is that of an object all the same. */
const objectSchema = (schema: JsonSchema): JsonSchema =>
  ['type', '$ref', 'anyOf', 'oneOf', 'allOf'].some((keyword) => Object.hasOwn(schema, keyword))
    ? schema
    : { ...schema, type: 'object' }

export const schemaInGbnf = (
  schema: JsonSchema,
  options: {
    readonly prefix: string
    readonly isStrict: boolean | undefined
    readonly rules: Map<string, string>
  },
): string => {
  const { prefix, isStrict, rules } = options
  return addRules(
    jsonSchemaRules(schema, { prefix, unsupported: isStrict === true ? 'refuse' : 'loosen' }),
    rules,
  )
}

export const anyObjectInGbnf = (rules: Map<string, string>): string =>
  addRules(anyJsonObjectRules(`${RULE_PREFIX}object`), rules)

const addRules = (added: GrammarRules, rules: Map<string, string>): string => {
  for (const [name, rule] of added.rules) rules.set(name, rule)
  return `(${added.root})`
}

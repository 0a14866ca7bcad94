import { Fault } from '@shared/fault/fault.ts'
import type { JsonSchema, ToolDefinition } from '@shared/inference/generate-request.ts'
import { gbnfLiteral } from '../json-schema-grammar/gbnf-text.ts'
import { choicesOf, isTextArgument, propertiesOf, requiredOf, resolvedSchema } from './argument-kind.ts'
import type { MarkedCallFormat, TaggedBody } from './chat-format.ts'
import { RULE_PREFIX, SPACE, anyTextUntil, choice, markersInGbnf } from './grammar-pieces.ts'

export interface TaggedCallGrammar {
  readonly tool: ToolDefinition
  readonly prefix: string
  readonly rules: Map<string, string>
  /** An argument that is no text: its JSON. */
  readonly json: (schema: JsonSchema, prefix: string) => string
}

const MOST_FREE_ARGUMENTS = 16
/** The same for all texts of a form: their end is. */
const TEXT = `${RULE_PREFIX}text`

/** A call whose arguments have a tag each, in the order of the schema. */
export const taggedCallInGbnf = (
  { open, close }: MarkedCallFormat,
  body: TaggedBody,
  call: TaggedCallGrammar,
): string => {
  const { tool, prefix } = call
  if (tool.isStrict === true) refuseInexpressible(tool)
  const required = requiredOf(tool.parameters)
  const properties = [...propertiesOf(tool.parameters)].map(([name, property], index) => {
    const argument = argumentInGbnf(
      body,
      { ...call, prefix: `${prefix}argument-${index}` },
      { name, property },
    )
    return required.has(name) ? argument : `(${argument})?`
  })
  const free =
    properties.length === 0 &&
    resolvedSchema(tool.parameters, tool.parameters)['additionalProperties'] !== false
  const all = free ? [freeArguments(body, call)] : properties
  const name = `${gbnfLiteral(`${tool.name}${body.nameClose}`)}`
  return [markersInGbnf(open), SPACE, name, ...all, SPACE, markersInGbnf(close)].join(' ')
}

interface Argument {
  readonly name: string
  readonly property: JsonSchema
}

const argumentInGbnf = (body: TaggedBody, call: TaggedCallGrammar, { name, property }: Argument): string => {
  const { tool, prefix, rules, json } = call
  const key = `${SPACE} ${gbnfLiteral(body.keyOpen + name)} ${markersInGbnf(body.keyClose)}`
  const choices = choicesOf(property, tool.parameters)
  const end = `${SPACE} ${gbnfLiteral(body.valueClose)}`
  if (!isTextArgument(property, tool.parameters)) {
    const { $defs, definitions } = tool.parameters
    const schema = {
      ...property,
      ...($defs === undefined ? {} : { $defs }),
      ...(definitions === undefined ? {} : { definitions }),
    }
    return `${key} ${SPACE} ${json(schema, prefix)} ${end}`
  }
  if (choices === undefined) return `${key} ${anyTextUntil(body.valueClose, TEXT, rules)}`
  const lines = choice(choices.map((text) => gbnfLiteral(text)))
  return `${key} "\\n"? ${lines} "\\n"? ${gbnfLiteral(body.valueClose)}`
}

/** A tool that names no arguments may get any. */
const freeArguments = (body: TaggedBody, { rules }: TaggedCallGrammar): string => {
  const value = anyTextUntil(body.valueClose, TEXT, rules)
  const key = `${gbnfLiteral(body.keyOpen)} [a-zA-Z0-9_.-]{1,64} ${markersInGbnf(body.keyClose)}`
  return `(${SPACE} ${key} ${value}){0,${MOST_FREE_ARGUMENTS}}`
}

const OBJECT_KEYWORDS = new Set([
  '$defs',
  '$id',
  '$ref',
  '$schema',
  'additionalProperties',
  'default',
  'definitions',
  'description',
  'examples',
  'properties',
  'required',
  'title',
  'type',
])
const TEXT_KEYWORDS = ['pattern', 'format', 'minLength', 'maxLength', 'anyOf', 'oneOf', 'allOf', 'not']

/** What tags cannot guarantee, a strict tool does not get. */
const refuseInexpressible = ({ name, parameters }: ToolDefinition): void => {
  const keyword = Object.keys(resolvedSchema(parameters, parameters)).find((key) => !OBJECT_KEYWORDS.has(key))
  if (keyword !== undefined) throw inexpressible(keyword, `the arguments of '${name}'`)
  for (const [argument, property] of propertiesOf(parameters)) {
    if (!isTextArgument(property, parameters)) continue
    const schema = resolvedSchema(property, parameters)
    const found = TEXT_KEYWORDS.find((key) => Object.hasOwn(schema, key))
    if (found !== undefined) throw inexpressible(found, `the argument '${argument}' of '${name}'`)
  }
}

const inexpressible = (keyword: string, place: string): Fault =>
  new Fault(
    'invalid_request',
    `'${keyword}' in the schema of ${place} cannot be guaranteed with this model, as 'strict' asks for. Leave out the keyword or 'strict'.`,
    { param: 'tools' },
  )

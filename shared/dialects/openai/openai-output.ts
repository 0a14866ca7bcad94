import { Fault } from '@shared/fault/fault.ts'
import type { GenerateRequest, OutputFormat } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { wireObject } from '../wire-object.ts'

interface OutputBody {
  readonly response_format?: unknown
  readonly json_schema?: unknown
  readonly grammar?: string
}

/** The form that a body asks for. @throws Fault naming what is no form, or two that are asked for at once */
export const decodeOpenaiOutput = (body: OutputBody): Pick<GenerateRequest, 'output'> => {
  const wishes = Object.entries({
    response_format: formatOf(body.response_format),
    json_schema: body.json_schema === undefined ? undefined : schemaOf(body.json_schema, 'json_schema'),
    grammar: body.grammar === undefined ? undefined : grammarOf(body.grammar),
  }).flatMap(([param, output]) => (output === undefined ? [] : [{ param, output }]))
  const [first, second] = wishes
  if (second !== undefined)
    throw new Fault('invalid_request', `Send either '${first?.param}' or '${second.param}', not both.`, {
      param: second.param,
    })
  return first === undefined ? {} : { output: first.output }
}

type FormatReader = (format: Readonly<Record<string, unknown>>) => OutputFormat | undefined

const FORMATS = new Map<string, FormatReader>([
  ['text', () => undefined],
  // llama-server and others take a schema here too.
  ['json_object', ({ schema }) => optionalSchema(schema, 'response_format.schema')],
  ['json_schema', ({ json_schema }) => namedSchema(json_schema)],
])

const formatOf = (value: unknown): OutputFormat | undefined => {
  if (value === undefined || value === '') return undefined
  const format: unknown = typeof value === 'string' ? { type: value } : value
  if (!isRecord(format)) throw wrongType('response_format', 'an object with a type', value)
  const { type } = format
  if (typeof type !== 'string') throw wrongType('response_format.type', 'a string', type)
  const read = FORMATS.get(type)
  if (read !== undefined) return read(format)
  throw new Fault(
    'invalid_request',
    `Invalid value for 'response_format.type': '${type.slice(0, 40)}'. Supported values are: 'text', 'json_object' and 'json_schema'.`,
    { param: 'response_format.type' },
  )
}

/** OpenAI's `json_schema`: the schema has a name, which the model is not told. */
const namedSchema = (value: unknown): OutputFormat => {
  if (!isRecord(value)) throw wrongType('response_format.json_schema', 'an object with a schema', value)
  return optionalSchema(value['schema'], 'response_format.json_schema.schema')
}

const optionalSchema = (value: unknown, param: string): OutputFormat =>
  value === undefined || value === null ? { type: 'json' } : schemaOf(value, param)

const schemaOf = (value: unknown, param: string): OutputFormat => ({
  type: 'json-schema',
  schema: wireObject(value, param, 'a JSON Schema (an object)'),
})

const grammarOf = (grammar: string): OutputFormat | undefined =>
  grammar.trim() === '' ? undefined : { type: 'grammar', grammar }

import { Fault } from '@shared/fault/fault.ts'
import type { JsonSchema, OutputFormat } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../../wire-field.ts'
import type { OpenaiResponsesBody } from './responses-body-schema.ts'

/** `text` as the resource tells it. */
export interface WireTextConfig {
  readonly format: WireTextFormat
  readonly verbosity?: string
}

type WireTextFormat =
  | { readonly type: 'text' | 'json_object' }
  | {
      readonly type: 'json_schema'
      readonly name: string
      readonly description: string | null
      readonly schema: JsonSchema
      readonly strict: boolean
    }

export interface TextWish {
  /** Absent: free text. */
  readonly output?: OutputFormat
  readonly echo: WireTextConfig
  readonly warnings: readonly string[]
}

/** The form that the text is to have. @throws Fault naming what is not known */
export const decodeTextConfig = (body: OpenaiResponsesBody): TextWish => {
  const { text = {}, text_format: localaiFormat } = body
  if (!isRecord(text)) throw wrongType('text', 'an object', text)
  const { format: openaiFormat, verbosity } = text
  const format =
    openaiFormat === undefined || openaiFormat === null
      ? readFormat(localaiFormat, 'text_format')
      : readFormat(openaiFormat, 'text.format')
  const output = outputOf(format)
  return {
    ...(output === undefined ? {} : { output }),
    echo: { format, ...(typeof verbosity === 'string' ? { verbosity: verbosity.slice(0, 40) } : {}) },
    warnings:
      verbosity === undefined || verbosity === null || verbosity === 'medium'
        ? []
        : ["The field 'text.verbosity' has no effect."],
  }
}

const outputOf = (format: WireTextFormat): OutputFormat | undefined => {
  if (format.type === 'json_schema') return { type: 'json-schema', schema: format.schema }
  return format.type === 'json_object' ? { type: 'json' } : undefined
}

const readFormat = (format: unknown, param: string): WireTextFormat => {
  if (format === undefined || format === null) return { type: 'text' }
  if (!isRecord(format)) throw wrongType(param, 'an object with a type', format)
  const { type } = format
  if (type === 'text' || type === 'json_object') return { type }
  if (type === 'json_schema') return readSchema(format, param)
  throw new Fault(
    'invalid_request',
    `Invalid value for '${param}.type': '${String(type).slice(0, 40)}'. Supported values are: 'text', 'json_object' and 'json_schema'.`,
    { param: `${param}.type` },
  )
}

/** Flat, or nested as in /v1/chat/completions, which clients of LocalAI send here too. */
const readSchema = (format: Readonly<Record<string, unknown>>, param: string): WireTextFormat => {
  const nested = format['json_schema']
  const { description, name, schema, strict } = isRecord(nested) ? nested : format
  if (!isRecord(schema)) throw wrongType(`${param}.schema`, 'a JSON Schema (an object)', schema)
  return {
    type: 'json_schema',
    name: typeof name === 'string' ? name : 'answer',
    description: typeof description === 'string' ? description : null,
    schema,
    strict: strict === true,
  }
}

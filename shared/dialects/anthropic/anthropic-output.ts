import { Fault } from '@shared/fault/fault.ts'
import type { OutputFormat } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { wireObject } from '../wire-object.ts'

const KNOWN = new Set(['effort', 'format'])

/**
 * The form that the answer must have: `output_config.format`, or `output_format` as the first clients wrote it.
 * @throws Fault naming the field that cannot be honoured
 */
export const decodeAnthropicOutput = (
  body: { readonly output_config?: unknown; readonly output_format?: unknown },
  warnings: Set<string>,
): OutputFormat | undefined => {
  const { output_config: config, output_format: earlier } = body
  if (config !== undefined && !isRecord(config)) throw wrongType('output_config', 'an object', config)
  for (const field of Object.keys(config ?? {}).filter((name) => !KNOWN.has(name)))
    warnings.add(`The field 'output_config.${field.slice(0, 64)}' has no effect.`)
  const format = config?.['format'] ?? undefined
  return format === undefined
    ? decodeFormat(earlier, 'output_format')
    : decodeFormat(format, 'output_config.format')
}

const decodeFormat = (format: unknown, param: string): OutputFormat | undefined => {
  if (format === undefined) return undefined
  if (!isRecord(format)) throw wrongType(param, 'an object', format)
  if (format['type'] === 'json_schema')
    return { type: 'json-schema', schema: wireObject(format['schema'], `${param}.schema`) }
  throw new Fault('invalid_request', `'${param}.type' must be 'json_schema'.`, { param: `${param}.type` })
}

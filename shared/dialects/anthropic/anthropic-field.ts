import { Fault } from '@shared/fault/fault.ts'
import { isRecord, wrongType } from '../wire-field.ts'

/** Deeper JSON is nobody's tool; writing it out again would run out of stack. */
const DEEPEST = 64

/** An object of any shape, such as the input of a tool or a schema. @throws Fault `invalid_request` */
export const anthropicObject = (value: unknown, param: string): Readonly<Record<string, unknown>> => {
  if (!isRecord(value)) throw wrongType(param, 'an object', value)
  if (!isDeeper(value, DEEPEST)) return value
  throw new Fault('invalid_request', `'${param}' is nested more than ${DEEPEST} levels deep.`, { param })
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)))

/** A flag that may be left out. @throws Fault `invalid_request` */
export const isAnthropicFlagSet = (value: unknown, param: string): boolean => {
  if (value === undefined || value === null) return false
  if (typeof value !== 'boolean') throw wrongType(param, 'a boolean', value)
  return value
}

/** A text that may be left out. @throws Fault `invalid_request` */
export const optionalAnthropicText = (value: unknown, param: string): string | undefined => {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw wrongType(param, 'a string', value)
  return value
}

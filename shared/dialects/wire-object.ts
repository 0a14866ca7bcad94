import { Fault } from '@shared/fault/fault.ts'
import { isRecord, wrongType } from './wire-field.ts'

/** Deeper JSON is nobody's schema, and who writes it out again runs out of stack. */
const DEEPEST = 64

/** An object of any shape that is passed on as it is, such as a schema. @throws Fault `invalid_request` */
export const wireObject = (
  value: unknown,
  param: string,
  expected = 'an object',
): Readonly<Record<string, unknown>> => {
  if (!isRecord(value)) throw wrongType(param, expected, value)
  if (!isDeeper(value, DEEPEST)) return value
  throw new Fault('invalid_request', `'${param}' is nested more than ${DEEPEST} levels deep.`, { param })
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)))

import { wrongType } from '../wire-field.ts'

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

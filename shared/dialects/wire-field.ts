import { Fault } from '@shared/fault/fault.ts'

/**
 * Reads fields of wire JSON whose alternatives a schema can only call "expected union value". Each function names the
 * field and what it should have been.
 */
export const wrongType = (param: string, expected: string, value: unknown): Fault =>
  new Fault(
    'invalid_request',
    `Invalid type for '${param}': expected ${expected}, but got ${kindOf(value)} instead.`,
    {
      param,
    },
  )

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const kindOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** A string, or a list of them; absent, null and empty strings are no entry. */
export const stringOrStrings = (param: string, value: unknown, limit: number): readonly string[] => {
  if (value === undefined || value === null) return []
  const list: unknown[] = Array.isArray(value) ? value : [value]
  if (list.length > limit)
    throw new Fault('invalid_request', `'${param}' may have at most ${limit} entries.`, { param })
  return list
    .map((entry, index) => {
      if (typeof entry === 'string') return entry
      throw wrongType(
        Array.isArray(value) ? `${param}[${index}]` : param,
        'a string or an array of strings',
        entry,
      )
    })
    .filter((entry) => entry !== '')
}

/** True for a list of token ids (an empty list is one). */
export const isTokenList = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0)

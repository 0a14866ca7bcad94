import { Fault } from '@shared/fault/fault.ts'
import { isRecord } from './schema-place.ts'

const MAX_DEPTH = 128
const MAX_CHARACTERS = 1_000_000
const MAX_VALUES = 200_000

interface Found {
  readonly value: unknown
  readonly depth: number
}

/** Guards everything after it against depth and size. Itself it needs neither stack nor more than linear time. */
export const checkSchemaSize = (schema: unknown): void => {
  const waiting: Found[] = [{ value: schema, depth: 0 }]
  let values = 0
  let characters = 0
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next
    if (depth > MAX_DEPTH) throw refusal(`is nested deeper than ${MAX_DEPTH} levels`)
    values += 1
    if (values > MAX_VALUES) throw refusal(`has more than ${MAX_VALUES} values`)
    characters += lengthOf(value)
    if (characters > MAX_CHARACTERS) throw refusal(`is longer than ${MAX_CHARACTERS} characters`)
    if (typeof value !== 'object' || value === null) continue
    for (const inner of Object.values(value)) waiting.push({ value: inner, depth: depth + 1 })
  }
}

/** Of a text itself, of an object its names. */
const lengthOf = (value: unknown): number => {
  if (typeof value === 'string') return value.length
  return isRecord(value) ? Object.keys(value).reduce((sum, name) => sum + name.length, 0) : 0
}

const refusal = (how: string): Fault => new Fault('invalid_request', `The schema ${how}. Make it smaller.`)

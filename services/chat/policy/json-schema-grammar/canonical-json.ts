import { Fault } from '@shared/fault/fault.ts'
import { isRecord } from './schema-place.ts'
import type { Place } from './schema-place.ts'

/**
 * A JSON value as text; equal values give equal texts. Half surrogate pairs are escaped, so every text is well formed.
 * @param place where the value is written, for a refusal
 */
export const canonicalJson = (place: Place, value: unknown): string => {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    const message = `A number among the values at '${place.pointer}' is too large for JSON.`
    throw new Fault('invalid_request', message, { param: place.pointer })
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(place, item)).join(',')}]`
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null'
  const members = Object.keys(value)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(place, value[name])}`)
  return `{${members.join(',')}}`
}

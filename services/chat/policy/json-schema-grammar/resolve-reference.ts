import { isRecord, pointerTo, rootPlace } from './schema-place.ts'
import type { Place } from './schema-place.ts'

/** The schema that a `$ref` within the same document points to; undefined for all others, and where there is none. */
export const resolveReference = (root: unknown, reference: string): Place | undefined => {
  const segments = segmentsOf(reference)
  let place = rootPlace(root)
  for (const segment of segments ?? []) {
    const schema = memberOf(place.schema, segment)
    if (schema === undefined) return undefined
    place = { pointer: pointerTo(place.pointer, segment), schema }
  }
  return segments === undefined ? undefined : place
}

const segmentsOf = (reference: string): readonly string[] | undefined => {
  if (reference === '#') return []
  if (!reference.startsWith('#/')) return undefined
  try {
    return reference
      .slice(2)
      .split('/')
      .map((segment) => decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~'))
  } catch {
    return undefined
  }
}

const memberOf = (value: unknown, name: string): unknown => {
  if (Array.isArray(value)) return /^(0|[1-9][0-9]{0,8})$/.test(name) ? value[Number(name)] : undefined
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

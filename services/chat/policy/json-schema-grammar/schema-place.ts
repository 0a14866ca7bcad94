import { Fault } from '@shared/fault/fault.ts'

/** A schema within the schema, and where: a JSON pointer after `#`. */
export interface Place {
  readonly pointer: string
  readonly schema: unknown
}

/** A schema that is an object, its keywords not yet looked at. */
export interface ObjectPlace extends Place {
  readonly schema: Readonly<Record<string, unknown>>
}

export const rootPlace = (schema: unknown): Place => ({ pointer: '#', schema })

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value of a keyword; nothing that only a prototype has. */
export const keywordOf = ({ schema }: ObjectPlace, keyword: string): unknown =>
  Object.hasOwn(schema, keyword) ? schema[keyword] : undefined

export const pointerTo = (pointer: string, segment: string): string =>
  `${pointer}/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`

/** The schema in a keyword, or in an entry of it. */
export const placeIn = (pointer: string, segment: string, schema: unknown): Place => ({
  pointer: pointerTo(pointer, segment),
  schema,
})

export const wrongValue = ({ pointer }: Place, keyword: string, expected: string): Fault =>
  new Fault('invalid_request', `'${keyword}' at '${pointer}' must be ${expected}.`, { param: pointer })

/** A keyword that counts something; absent: undefined. @throws Fault `invalid_request` */
export const countIn = (place: ObjectPlace, keyword: string): number | undefined => {
  const value = keywordOf(place, keyword)
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  throw wrongValue(place, keyword, 'a whole number that is not negative')
}

export const numberIn = (place: ObjectPlace, keyword: string): number | undefined => {
  const value = keywordOf(place, keyword)
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw wrongValue(place, keyword, 'a number')
}

export const textIn = (place: ObjectPlace, keyword: string): string | undefined => {
  const value = keywordOf(place, keyword)
  if (value === undefined || typeof value === 'string') return value
  throw wrongValue(place, keyword, 'a string')
}

/** The schemas in a keyword that holds a list of them. */
export const schemasIn = (place: ObjectPlace, keyword: string): readonly Place[] | undefined => {
  const value = keywordOf(place, keyword)
  if (value === undefined) return undefined
  if (!Array.isArray(value) || value.length === 0)
    throw wrongValue(place, keyword, 'a list of at least one schema')
  const pointer = pointerTo(place.pointer, keyword)
  return value.map((schema: unknown, index) => placeIn(pointer, String(index), schema))
}

/** The schemas in a keyword that holds them by name. */
export const namedSchemasIn = (place: ObjectPlace, keyword: string): ReadonlyMap<string, Place> => {
  const value = keywordOf(place, keyword)
  if (value === undefined) return new Map()
  if (!isRecord(value)) throw wrongValue(place, keyword, 'an object of schemas')
  const pointer = pointerTo(place.pointer, keyword)
  return new Map(Object.entries(value).map(([name, schema]) => [name, placeIn(pointer, name, schema)]))
}

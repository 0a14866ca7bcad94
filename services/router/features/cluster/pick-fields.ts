import type { TArray, TObject, TSchema } from '@sinclair/typebox'
import { KindGuard } from '@sinclair/typebox'

/** A copy of a value that fits the schema, without the fields that the schema does not name, of well-formed text. */
export const pickFields = (schema: TSchema, value: unknown): unknown => {
  if (KindGuard.IsArray(schema)) return pickItems(schema, value)
  if (KindGuard.IsObject(schema)) return pickProperties(schema, value)
  // What nobody has looked at stays as it is.
  if (KindGuard.IsUnknown(schema)) return value
  return typeof value === 'string' ? value.toWellFormed() : value
}

const pickItems = (schema: TArray, value: unknown): unknown =>
  Array.isArray(value) ? value.map((item) => pickFields(schema.items, item)) : value

const pickProperties = (schema: TObject, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => {
      const known = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined
      return known === undefined ? [] : [[key, pickFields(known, field)]]
    }),
  )
}

import type { JsonSchema } from '@shared/inference/generate-request.ts'
import { SeededRandom } from '../gguf/seeded-random.ts'

/** Schemas within schemas. */
const MAX_DEPTH = 4
const WORDS = ['id', 'name', 'kind', 'value', 'items', 'note', 'is_open', 'größe', 'total-sum', 'x']
const PATTERNS = [
  '^[a-f0-9]{4,8}$',
  '^(a|bc|def)+$',
  '^[A-Z][a-z]{0,9}$',
  '^\\d{1,3}(\\.\\d{1,2})?$',
  '^\\S{1,6}$',
]
const FORMATS = ['date', 'time', 'date-time', 'duration', 'hostname', 'ipv4', 'ipv6', 'uuid', 'email']

/** A schema as a fuzzer makes it: the same for the same seed. Some values satisfy it. */
export const randomSchema = (seed: number): JsonSchema => {
  const random = new SeededRandom(seed)
  const pick = (count: number): number => Math.floor(random.uniform() * count)
  const any = <Value>(values: readonly Value[]): Value => values[pick(values.length)] as Value
  const chance = (one: number): boolean => pick(one) === 0

  const scalar = (): JsonSchema =>
    any([integer, number, string, string, enumeration, () => ({ type: any(['boolean', 'null']) })])()

  const integer = (): JsonSchema => {
    const low = pick(2000) - 1000
    return {
      type: 'integer',
      ...(chance(4) ? {} : { [any(['minimum', 'exclusiveMinimum'])]: low }),
      ...(chance(3) ? {} : { [any(['maximum', 'exclusiveMaximum'])]: low + 2 + pick(3000) }),
    }
  }

  const number = (): JsonSchema => {
    const low = (pick(20_000) - 10_000) / any([1, 10, 100, 1000])
    return {
      type: 'number',
      ...(chance(4) ? {} : { [any(['minimum', 'exclusiveMinimum'])]: low }),
      ...(chance(3) ? {} : { [any(['maximum', 'exclusiveMaximum'])]: Math.ceil(low) + 0.125 + pick(100) }),
    }
  }

  const string = (): JsonSchema => {
    const least = pick(4)
    return {
      type: 'string',
      ...any<() => JsonSchema>([
        () => ({ maxLength: 1 + pick(12) }),
        () => ({ minLength: least, maxLength: least + pick(20) }),
        () => ({ pattern: any(PATTERNS) }),
        () => ({ format: any(FORMATS) }),
      ])(),
    }
  }

  const enumeration = (): JsonSchema => ({
    enum: Array.from({ length: 1 + pick(6) }, (_, index) =>
      any<unknown>([WORDS[index], index, index / 4, null, true, `${WORDS[index]} ${index}`]),
    ),
  })

  const array = (depth: number): JsonSchema => {
    const least = pick(3)
    if (chance(4))
      return {
        type: 'array',
        prefixItems: [schema(depth), schema(depth)],
        items: chance(2) ? false : schema(depth),
        minItems: least,
        maxItems: 2 + pick(2),
      }
    return { type: 'array', items: schema(depth), minItems: least, maxItems: least + pick(4) }
  }

  const object = (depth: number, isMerged = false): JsonSchema => {
    const names = WORDS.filter(() => chance(3)).slice(0, 4)
    const properties = Object.fromEntries(names.map((name) => [name, schema(depth)]))
    return {
      type: 'object',
      properties,
      required: names.filter(() => chance(2)),
      ...(isMerged
        ? {}
        : any<JsonSchema>([{}, { additionalProperties: false }, { additionalProperties: scalar() }])),
    }
  }

  const combination = (depth: number): JsonSchema =>
    any<() => JsonSchema>([
      () => ({ anyOf: [schema(depth), schema(depth), { type: 'null' }] }),
      () => ({ oneOf: [object(depth), array(depth), { type: 'boolean' }] }),
      () => ({ allOf: [object(depth, true), { type: 'object', properties: { extra: scalar() } }] }),
      () => ({ $ref: '#/$defs/shared' }),
    ])()

  const schema = (depth: number): JsonSchema =>
    depth >= MAX_DEPTH || chance(3) ? scalar() : any([object, array, combination])(depth + 1)

  return { ...object(0), $defs: { shared: { type: 'array', items: scalar(), maxItems: 2 } } }
}

import { expect, test } from 'bun:test'
import { gbnfText, jsonSchemaRules } from '@service/chat/policy/json-schema-grammar/json-schema-grammar.ts'
import type { JsonSchema } from '@shared/inference/generate-request.ts'
import { acceptsGbnf } from '../../../../../support/gbnf/accepts-gbnf.ts'
import { parseGbnf } from '../../../../../support/gbnf/gbnf-grammar.ts'
import { createGbnfSampler } from '../../../../../support/gbnf/sample-gbnf.ts'
import { SeededRandom } from '../../../../../support/gguf/seeded-random.ts'

const grammarOf = (schema: JsonSchema) => {
  const { root, rules } = jsonSchemaRules(schema, { prefix: 'n', unsupported: 'refuse' })
  return parseGbnf(gbnfText(root, rules))
}

test('an integer range accepts its numbers and no others', () => {
  const random = new SeededRandom(1)
  for (let round = 0; round < 60; round++) {
    const minimum = Math.floor((random.uniform() - 0.5) * 1200)
    const maximum = minimum + Math.floor(random.uniform() ** 3 * 1200)
    const grammar = grammarOf({ type: 'integer', minimum, maximum })
    for (let number = -700; number <= 1900; number += 1 + Math.floor(random.uniform() * 4)) {
      const isIn = number >= minimum && number <= maximum
      expect({ minimum, maximum, number, isIn: acceptsGbnf(grammar, String(number)) }).toEqual({
        minimum,
        maximum,
        number,
        isIn,
      })
    }
  }
})

test('the ends of integer ranges are exact, however long they are', () => {
  const random = new SeededRandom(2)
  for (let round = 0; round < 150; round++) {
    const ends = [random.uniform() ** 8, random.uniform() ** 8].map((share) =>
      Math.floor((random.uniform() < 0.5 ? -1 : 1) * share * (10 ** 15 - 1)),
    )
    const [minimum = 0, maximum = 0] = ends.toSorted((one, other) => one - other)
    const grammar = grammarOf({ type: 'integer', minimum, maximum })
    const accepted = [minimum - 1, minimum, maximum, maximum + 1].map((end) =>
      acceptsGbnf(grammar, String(end)),
    )
    expect({ minimum, maximum, accepted }).toEqual({ minimum, maximum, accepted: [false, true, true, false] })
  }
})

interface Range {
  readonly low: number
  readonly high: number
  readonly isExclusive: boolean
}

const isWithin = ({ low, high, isExclusive }: Range, number: number): boolean =>
  isExclusive ? number > low && number < high : number >= low && number <= high

const schemaOf = ({ low, high, isExclusive }: Range): JsonSchema =>
  isExclusive
    ? { type: 'number', exclusiveMinimum: low, exclusiveMaximum: high }
    : { type: 'number', minimum: low, maximum: high }

test('the ends of number ranges are exact, included or not', () => {
  const random = new SeededRandom(3)
  for (let round = 0; round < 150; round++) {
    const places = Math.floor(random.uniform() * 4)
    const end = (): number =>
      Number(((random.uniform() - 0.5) * 10 ** Math.floor(random.uniform() * 5)).toFixed(places))
    const [low = 0, high = 0] = [end(), end()].toSorted((one, other) => one - other)
    const range = { low, high, isExclusive: low < high && random.uniform() < 0.5 }
    const schema = schemaOf(range)
    const grammar = grammarOf(schema)
    const step = 10 ** -(places + 1)
    const near = [low - step, low, low + step, (low + high) / 2, high - step, high, high + step]
    for (const number of near.map((value) => Number(value.toFixed(places + 2)))) {
      const isAccepted = acceptsGbnf(grammar, String(number + 0)) // −0 is written 0
      expect({ schema, number, isAccepted }).toEqual({ schema, number, isAccepted: isWithin(range, number) })
    }
    const sample = createGbnfSampler(grammar, round)
    for (let count = 0; count < 20; count++) expect(isWithin(range, Number(sample()))).toBe(true)
  }
})

test('numbers that are read as an excluded end are not written', () => {
  const grammar = grammarOf({ type: 'number', exclusiveMinimum: 1, exclusiveMaximum: 2 })
  for (const text of ['1.00000000000000001', '1.99999999999999999', '1.0', '2.0', '1', '2'])
    expect({ text, isAccepted: acceptsGbnf(grammar, text) }).toEqual({ text, isAccepted: false })
  expect(acceptsGbnf(grammar, '1.99999999999999')).toBe(true)
})

test('bounds beyond fifteen digits are kept where the grammar keeps them anyway, else refused', () => {
  const grammar = grammarOf({ type: 'integer', minimum: -1e300, maximum: 9007199254740991 })
  expect(acceptsGbnf(grammar, '999999999999999')).toBe(true)
  expect(() => grammarOf({ type: 'integer', minimum: 1e16 })).toThrow("'minimum' at '#' cannot be guaranteed")
  expect(() => grammarOf({ type: 'number', exclusiveMinimum: 0.1234567890123456 })).toThrow('too many digits')
})

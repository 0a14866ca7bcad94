import { expect, test } from 'bun:test'
import { checkFields } from '@shared/dialects/check-fields.ts'
import type { FieldRules } from '@shared/dialects/check-fields.ts'
import { Fault } from '@shared/fault/fault.ts'

const RULES: FieldRules = {
  known: new Set(['model']),
  refused: { tools: (value) => Array.isArray(value) && value.length === 0 },
  harmless: new Set(['user']),
}

const refusalOf = (body: Record<string, unknown>): unknown => {
  try {
    return checkFields(body, RULES)
  } catch (error) {
    return error
  }
}

test('what is known, harmless, absent or asks for nothing passes without a word', () => {
  expect(checkFields({ model: 'm', user: 'u', tools: [], other: null, more: undefined }, RULES)).toEqual([])
  expect(checkFields({ tools: null }, RULES)).toEqual([])
})

test('what would change the answer is refused by name', () => {
  const fault = refusalOf({ tools: [1] })
  expect(fault).toBeInstanceOf(Fault)
  expect(fault).toMatchObject({ code: 'invalid_request', param: 'tools' })
})

test('what nobody knows is named in a warning, cut to a sane length', () => {
  const warnings = checkFields({ ['x'.repeat(100)]: 1, constructor: 2, ['__proto__x']: 3 }, RULES)
  expect(warnings).toEqual([
    `The field '${'x'.repeat(64)}' is unknown and has no effect.`,
    "The field 'constructor' is unknown and has no effect.",
    "The field '__proto__x' is unknown and has no effect.",
  ])
})

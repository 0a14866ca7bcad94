import { expect, test } from 'bun:test'
import { askedClass, internalTerms } from '@service/router/features/admission/call-terms.ts'

const INTERNAL = { 'x-skein-caller': 'key-1', 'x-skein-class': 'batch', 'x-skein-deadline': '1800000000000' }

test('a client may say that its request has time', () => {
  expect(askedClass(new Headers({ 'x-skein-class': ' Batch' }))).toBe('batch')
  expect(askedClass(new Headers({ 'x-skein-class': 'interactive' }))).toBe('interactive')
  expect(askedClass(new Headers(INTERNAL))).toBe('batch')
  expect(askedClass(new Headers())).toBeUndefined()
})

test('a class that does not exist is refused with its name', () => {
  for (const wrong of ['urgent', '', 'batch, interactive', '__proto__']) {
    expect(() => askedClass(new Headers({ 'x-skein-class': wrong }))).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'x-skein-class' }),
    )
  }
})

test('a call of our own services carries its caller, its class and its deadline', () => {
  expect(internalTerms(new Headers(INTERNAL))).toEqual({
    caller: 'key-1',
    requestClass: 'batch',
    deadline: 1_800_000_000_000,
  })
  expect(internalTerms(new Headers({ 'x-skein-caller': 'rag' }))).toEqual({
    caller: 'rag',
    requestClass: 'interactive',
    deadline: undefined,
  })
})

test.each([
  ['x-skein-caller', ''],
  ['x-skein-caller', 'a'.repeat(129)],
  ['x-skein-class', 'soon'],
  ['x-skein-deadline', 'tomorrow'],
  ['x-skein-deadline', '-1'],
  ['x-skein-deadline', '1.5'],
  ['x-skein-deadline', ''],
  ['x-skein-deadline', '1e400'],
])('a broken %s of an internal call is refused: %p', (header, value) => {
  expect(() => internalTerms(new Headers({ ...INTERNAL, [header]: value }))).toThrow(
    expect.objectContaining({ code: 'invalid_request', param: header }),
  )
})

test('an internal call without a caller is refused', () => {
  expect(() => internalTerms(new Headers())).toThrow(expect.objectContaining({ param: 'x-skein-caller' }))
})

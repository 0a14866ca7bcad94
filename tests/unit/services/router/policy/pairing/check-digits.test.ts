import { expect, test } from 'bun:test'
import { checkDigitsFrom, showCheckDigits } from '@service/router/policy/pairing/check-digits.ts'

test('six digits are told, leading zeros too', () => {
  expect(checkDigitsFrom(new Uint8Array(8))).toBe('000000')
  expect(checkDigitsFrom(Uint8Array.of(0, 0, 0, 0, 0, 0, 0x38, 0))).toBe('000007')
  expect(checkDigitsFrom(new Uint8Array(8).fill(255))).toBe(String((2 ** 53 - 1) % 1_000_000))
})

test('bytes in the middle of a larger buffer are read where they are', () => {
  const buffer = Uint8Array.of(9, 9, 0, 0, 0, 0, 0, 0, 0x38, 0)
  expect(checkDigitsFrom(buffer.subarray(2))).toBe('000007')
})

test('they are shown in two groups', () => expect(showCheckDigits('012345')).toBe('012 345'))

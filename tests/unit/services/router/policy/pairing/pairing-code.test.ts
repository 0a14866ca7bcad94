import { expect, test } from 'bun:test'
import {
  PAIRING_CODE_BYTES,
  pairingCodeFrom,
  parsePairingCode,
  showPairingCode,
  tagOfPairingCode,
} from '@service/router/policy/pairing/pairing-code.ts'

test('a code has ten digits, of which two are its public tag', () => {
  const code = pairingCodeFrom(Uint8Array.of(7, 20, 4, 30, 23, 2, 9, 28, 20, 10))
  expect(showPairingCode(code)).toBe('7M-4YQ2-9WMA')
  expect(tagOfPairingCode(code)).toBe('7M')
})

test('every digit is equally likely', () => {
  const counts = new Map<string, number>()
  for (let byte = 0; byte < 256; byte += 1) {
    const [digit = ''] = pairingCodeFrom(new Uint8Array(PAIRING_CODE_BYTES).fill(byte))
    counts.set(digit, (counts.get(digit) ?? 0) + 1)
  }
  expect([...counts.values()]).toEqual(Array.from({ length: 32 }, () => 8))
})

test.each(['7k-4xq2-9wma', '7K4XQ29WMA', ' 7K 4XQ2 9WMA ', '7k.4xq2_9wma', '7K–4XQ2–9WMA'])(
  '%p is taken as people type it',
  (text) => expect(`${parsePairingCode(text)}`).toBe('7K4XQ29WMA'),
)

test('letters that look like digits are those digits', () => {
  expect(`${parsePairingCode('oO-iIlL-0000')}`).toBe('0011110000')
})

test.each(['', '7K-4XQ2-9WM', '7K-4XQ2-9WMAA', '7U-4XQ2-9WMA', '7K-4XQ2-9WM😀', '-'.repeat(1000)])(
  '%p is no code',
  (text) => expect(parsePairingCode(text)).toBeUndefined(),
)

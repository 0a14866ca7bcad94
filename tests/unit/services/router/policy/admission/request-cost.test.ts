import { expect, test } from 'bun:test'
import { estimateTokens } from '@service/router/policy/admission/request-cost.ts'

test('a request is expected to take its body in tokens and an answer of middle length', () => {
  expect(estimateTokens({ bodyBytes: 401, limitTokens: undefined })).toBe(101 + 256)
  expect(estimateTokens({ bodyBytes: 400, limitTokens: undefined }, 50.4)).toBe(150)
})

test('a limit below the middle is believed, one far above is not', () => {
  expect(estimateTokens({ bodyBytes: 400, limitTokens: 10 })).toBe(110)
  expect(estimateTokens({ bodyBytes: 400, limitTokens: 180 }, 50)).toBe(280)
  expect(estimateTokens({ bodyBytes: 400, limitTokens: 32_000 }, 50)).toBe(300)
})

test('pictures in a body are not text, and nothing is for free', () => {
  expect(estimateTokens({ bodyBytes: 20_000_000, limitTokens: 0 })).toBe(100_000)
  expect(estimateTokens({ bodyBytes: 0, limitTokens: 0 })).toBe(1)
})

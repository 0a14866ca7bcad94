import { expect, test } from 'bun:test'
import { quantizationName } from '@service/model-store/gguf/quantization-name.ts'

const tensor = (kind: string, sizeBytes: number) => ({
  name: 't',
  kind,
  dimensions: [1],
  elements: 1,
  sizeBytes,
})

test('the file says it itself', () => {
  expect(quantizationName(15, [tensor('F32', 100)])).toBe('Q4_K_M')
  expect(quantizationName(1, [])).toBe('F16')
})

test('a file that does not say it is named for what most of its bytes are', () => {
  expect(quantizationName(undefined, [tensor('F32', 10), tensor('Q6_K', 50), tensor('F32', 20)])).toBe('Q6_K')
  expect(quantizationName(9999, [tensor('Q4_0', 1)])).toBe('Q4_0')
})

test('a file without anything is of unknown quantisation', () => {
  expect(quantizationName(undefined, [])).toBe('unknown')
})

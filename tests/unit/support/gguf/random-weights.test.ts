import { describe, expect, test } from 'bun:test'
import { tensorSizeBytes, type GgufTensor } from '../../../support/gguf/gguf-tensor.ts'
import { randomBlocks, randomFloats } from '../../../support/gguf/random-weights.ts'

function bytesOf(tensor: GgufTensor): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([...tensor.chunks()]))
}

describe('randomFloats', () => {
  test('has mean 0 and the deviation asked for', () => {
    const floats = new Float32Array(bytesOf(randomFloats(1, 0.1)('a', [256, 512])).buffer)
    const mean = floats.reduce((sum, value) => sum + value, 0) / floats.length
    const variance = floats.reduce((sum, value) => sum + (value - mean) ** 2, 0) / floats.length
    expect(Math.abs(mean)).toBeLessThan(0.002)
    expect(Math.sqrt(variance)).toBeCloseTo(0.1, 2)
  })

  test('gives every tensor numbers of its own, the same for the same seed', () => {
    const [first, again] = [randomFloats(1, 1), randomFloats(1, 1)]
    const tensor = first('a', [64, 2])
    expect(bytesOf(tensor)).toEqual(bytesOf(tensor))
    expect(bytesOf(again('a', [64, 2]))).toEqual(bytesOf(tensor))
    expect(bytesOf(first('b', [64, 2]))).not.toEqual(bytesOf(tensor))
  })
})

describe('randomBlocks', () => {
  test.each(['Q8_0', 'Q4_0'] as const)(
    '%s fills exactly the blocks of the shape, with a sane scale',
    (kind) => {
      const tensor = randomBlocks(kind, 1, 0.02)('a', [4096, 40])
      const bytes = bytesOf(tensor)
      expect(bytes.length).toBe(tensorSizeBytes(tensor))
      const blockBytes = kind === 'Q8_0' ? 34 : 18
      expect(bytes.length).toBe(40 * 128 * blockBytes)
      const view = new DataView(bytes.buffer)
      const scales = Array.from({ length: 40 * 128 }, (_unused, block) =>
        view.getFloat16(block * blockBytes, true),
      )
      expect(new Set(scales).size).toBe(1)
      expect(scales[0]! * (kind === 'Q8_0' ? 128 : 8)).toBeCloseTo(0.02, 4)
    },
  )
})

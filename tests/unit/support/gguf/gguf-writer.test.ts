import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { constantTensor, sparseMatrix } from '../../../support/gguf/exact-weights.ts'
import { flag, float32, int32s, text, texts, uint32 } from '../../../support/gguf/gguf-metadata.ts'
import type { GgufTensor } from '../../../support/gguf/gguf-tensor.ts'
import { writeGguf } from '../../../support/gguf/gguf-writer.ts'
import { readTestGguf } from '../../../support/gguf/read-test-gguf.ts'

let directory = ''
let path = ''

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gguf-writer-'))
  path = join(directory, 'model.gguf')
})
afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

describe('writeGguf', () => {
  test('begins with the magic, version 3 and the two counts', async () => {
    await writeGguf(path, { metadata: [['a', uint32(1)]], tensors: [constantTensor('t', [3], 1)] })
    const view = new DataView(await Bun.file(path).arrayBuffer())
    expect(new TextDecoder().decode(new Uint8Array(view.buffer, 0, 4))).toBe('GGUF')
    expect(view.getUint32(4, true)).toBe(3)
    expect(view.getBigUint64(8, true)).toBe(1n)
    expect(view.getBigUint64(16, true)).toBe(1n)
  })

  test('keeps every kind of metadata', async () => {
    await writeGguf(path, {
      metadata: [
        ['number', uint32(2 ** 32 - 1)],
        ['fraction', float32(0.5)],
        ['yes', flag(true)],
        ['words', text('Grüße 日本')],
        ['list', texts(['', 'a'])],
        ['ids', int32s([-1, 2])],
      ],
      tensors: [],
    })
    const { metadata } = readTestGguf(await Bun.file(path).bytes())
    expect(Object.fromEntries(metadata)).toEqual({
      number: 2 ** 32 - 1,
      fraction: 0.5,
      yes: true,
      words: 'Grüße 日本',
      list: ['', 'a'],
      ids: [-1, 2],
    })
  })

  test('puts every tensor where the header says, padded to 32 bytes', async () => {
    const cells = [{ column: 1, row: 2, value: 0.25 }]
    await writeGguf(path, {
      metadata: [],
      tensors: [constantTensor('ones', [3], 1), sparseMatrix('matrix', [2, 3], cells)],
    })
    const bytes = await Bun.file(path).bytes()
    const { tensors, dataStart } = readTestGguf(bytes)
    expect(tensors).toEqual([
      { name: 'ones', shape: [3], kindId: 0, offset: 0 },
      { name: 'matrix', shape: [2, 3], kindId: 1, offset: 32 },
    ])
    const view = new DataView(bytes.buffer)
    expect([0, 4, 8, 12].map((at) => view.getFloat32(dataStart + at, true))).toEqual([1, 1, 1, 0])
    const halves = [0, 2, 4, 6, 8, 10].map((at) => view.getFloat16(dataStart + 32 + at, true))
    expect(halves).toEqual([0, 0, 0, 0, 0, 0.25])
    expect(bytes.length).toBe(dataStart + 64)
  })

  test('leaves neither the file nor its part behind when a tensor yields too little', async () => {
    const short: GgufTensor = { name: 't', shape: [8], kind: 'F32', chunks: () => [new Uint8Array(31)] }
    await expect(writeGguf(path, { metadata: [], tensors: [short] })).rejects.toThrow('t: 31 bytes')
    expect(await readdir(directory)).toEqual([])
  })

  test('keeps the earlier file when writing a new one fails', async () => {
    await writeGguf(path, { metadata: [], tensors: [] })
    const before = await Bun.file(path).bytes()
    const broken: GgufTensor = {
      name: 't',
      shape: [8],
      kind: 'F32',
      chunks: () => {
        throw new Error('no data')
      },
    }
    await expect(writeGguf(path, { metadata: [], tensors: [broken] })).rejects.toThrow('no data')
    expect(await Bun.file(path).bytes()).toEqual(before)
    expect(await readdir(directory)).toEqual(['model.gguf'])
  })

  test('refuses a quantised row that is not whole blocks', async () => {
    const ragged: GgufTensor = { name: 't', shape: [33], kind: 'Q8_0', chunks: () => [] }
    await expect(writeGguf(path, { metadata: [], tensors: [ragged] })).rejects.toThrow('whole blocks of 32')
  })
})

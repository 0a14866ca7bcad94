import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTestGguf } from '../../../support/gguf/read-test-gguf.ts'
import { writeSparseModel } from '../../../support/gguf/sparse-model.ts'

let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-model-'))
})
afterAll(async () => {
  await rm(directory, { recursive: true, force: true })
})

describe('writeSparseModel', () => {
  test('claims 60 GB and takes next to nothing', async () => {
    const path = join(directory, 'model.gguf')
    await writeSparseModel(path)
    const { size, blocks } = await stat(path)
    expect(size).toBeGreaterThan(59e9)
    expect(size).toBeLessThan(61e9)
    expect(blocks * 512).toBeLessThan(1_000_000)
  })

  test('has a whole header, whose last tensor ends where the file ends', async () => {
    const path = join(directory, 'header.gguf')
    await writeSparseModel(path)
    const { tensors, dataStart } = readTestGguf(await Bun.file(path).slice(0, 1_000_000).bytes())
    const last = tensors.at(-1)!
    const elements = last.shape.reduce((product, dimension) => product * dimension, 1)
    expect(dataStart + last.offset + (elements / 32) * 34).toBe((await stat(path)).size)
  })
})

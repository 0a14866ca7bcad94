import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ggufSizeBytes } from '../../../support/gguf/gguf-layout.ts'
import { readTestGguf } from '../../../support/gguf/read-test-gguf.ts'
import {
  TEST_MODEL_KINDS,
  testModelPlan,
  writeTestModel,
  type TestModelKind,
} from '../../../support/gguf/test-models.ts'

const LARGE_KINDS: readonly TestModelKind[] = ['random-deep', 'bench-0.5b']
// Own numbers, from the format: bytes of one block, elements of one block.
const BLOCKS: Record<number, readonly [bytes: number, elements: number]> = {
  0: [4, 1],
  1: [2, 1],
  8: [34, 32],
}

// Object.keys widens to string.
const kinds = Object.keys(TEST_MODEL_KINDS) as TestModelKind[]
const smallKinds = kinds.filter((kind) => !LARGE_KINDS.includes(kind))
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'test-models-'))
})
afterAll(async () => {
  await rm(directory, { recursive: true, force: true })
})

async function written(kind: TestModelKind, name = kind): Promise<Uint8Array> {
  const path = join(directory, `${name}.gguf`)
  await writeTestModel(kind, path)
  return await Bun.file(path).bytes()
}

function sha256(bytes: Uint8Array): string {
  return new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
}

describe('writeTestModel', () => {
  test.each(smallKinds)('%s is as long as its tensors claim, and below 4 MB', async (kind) => {
    const bytes = await written(kind)
    const { magic, version, tensors, dataStart } = readTestGguf(bytes)
    expect([magic, version]).toEqual(['GGUF', 3])
    let end = dataStart
    for (const { shape, kindId, offset } of tensors) {
      expect(dataStart + offset).toBe(end)
      const [blockBytes, blockElements] = BLOCKS[kindId]!
      const elements = shape.reduce((product, dimension) => product * dimension, 1)
      end += Math.ceil(((elements / blockElements) * blockBytes) / 32) * 32
    }
    expect(bytes.length).toBe(end)
    expect(bytes.length).toBeLessThan(4_000_000)
  })

  test.each(smallKinds)('%s has the same bytes every time', async (kind) => {
    const [first, second] = [await written(kind), await written(kind, `${kind}-again` as TestModelKind)]
    expect(sha256(first)).toBe(sha256(second))
  })

  test.each(smallKinds)(
    '%s has a token for every row of its embeddings and says that it is a test',
    async (kind) => {
      const { metadata, tensors } = readTestGguf(await written(kind))
      const rows = tensors.find(({ name }) => name === 'token_embd.weight')?.shape[1]
      const tokens = metadata.get('tokenizer.ggml.tokens') as string[]
      expect(tokens).toHaveLength(rows!)
      expect(new Set(tokens).size).toBe(tokens.length)
      expect(metadata.get('tokenizer.ggml.token_type')).toHaveLength(rows!)
      expect(metadata.get('general.description')).toContain('test model')
      expect(metadata.get('general.license')).toBe('Apache-2.0')
    },
  )

  test('random models differ from each other in their weights', async () => {
    const [random, embedding] = [await written('random'), await written('embedding')]
    expect(sha256(random.subarray(-1024))).not.toBe(sha256(embedding.subarray(-1024)))
  })

  test('the known-answer model is named and has the context it promises', async () => {
    const { metadata } = readTestGguf(await written('known-answer'))
    expect(metadata.get('general.name')).toBe('skein-test-model')
    expect(metadata.get('llama.context_length')).toBe(4096)
    expect(metadata.get('tokenizer.chat_template')).toContain('<|im_start|>assistant')
  })

  test('the large models are described without being written', () => {
    expect(ggufSizeBytes(testModelPlan('bench-0.5b'))).toBe(529_526_176)
    const deepBytes = ggufSizeBytes(testModelPlan('random-deep'))
    expect(deepBytes).toBeGreaterThan(100_000_000)
    expect(deepBytes).toBeLessThan(200_000_000)
  })
})

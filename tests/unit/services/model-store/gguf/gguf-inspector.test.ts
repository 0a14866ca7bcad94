import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ModelFacts } from '@service/model-store/features/catalogue/model-inspector.ts'
import { createGgufInspector } from '@service/model-store/gguf/gguf-inspector.ts'
import { soundModel, withEntry } from '../../../../support/gguf/broken-model.ts'
import { ABORTING_MODELS, BROKEN_MODELS } from '../../../../support/gguf/broken-models.ts'
import { text, uint32 } from '../../../../support/gguf/gguf-metadata.ts'
import type { MetadataEntry } from '../../../../support/gguf/gguf-metadata.ts'
import { writeGguf } from '../../../../support/gguf/gguf-writer.ts'
import { writeSparseModel } from '../../../../support/gguf/sparse-model.ts'
import { writeTestModel } from '../../../../support/gguf/test-models.ts'

const inspector = createGgufInspector()
let directory = ''
const at = (name: string): string => join(directory, name)

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-gguf-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const factsOf = async (...paths: string[]): Promise<ModelFacts> => {
  const inspection = await inspector.inspect(paths)
  if (inspection.type !== 'model') throw new Error(inspection.reason)
  expect(inspection.defect).toBeUndefined()
  return inspection.facts
}

/** The sound model with further or changed entries, as a file. */
const written = async (name: string, change: (metadata: readonly MetadataEntry[]) => MetadataEntry[]) => {
  const plan = soundModel()
  await writeGguf(at(name), { ...plan, metadata: change(plan.metadata) })
  return at(name)
}

describe('sound models', () => {
  test('a chat model is described in full', async () => {
    await writeTestModel('random-bpe', at('chat.gguf'))
    const facts = await factsOf(at('chat.gguf'))
    expect(facts).toMatchObject({
      architecture: 'llama',
      name: 'skein-test-random-bpe',
      quantization: 'F32',
      parameterCount: 496_000,
      capabilities: ['chat'],
      license: 'Apache-2.0',
      isTestModel: false,
      shape: {
        contextLength: 2048,
        embeddingLength: 128,
        blockCount: 2,
        headCount: 4,
        keyValueHeadCount: 2,
        keyLength: 32,
        valueLength: 32,
        vocabularySize: 783,
      },
    })
    expect(facts.chatTemplate).toContain('<|im_start|>')
    expect(facts.metadata).toMatchObject({
      'llama.context_length': 2048,
      'tokenizer.ggml.tokens': null,
      'tokenizer.ggml.model': 'gpt2',
    })
  })

  test('pooling makes a llama an embedding model, and a BERT is one anyway', async () => {
    await writeTestModel('embedding', at('llama-embedding.gguf'))
    await writeTestModel('bert-embedding', at('bert.gguf'))
    expect((await factsOf(at('llama-embedding.gguf'))).capabilities).toEqual(['embed'])
    expect((await factsOf(at('bert.gguf'))).capabilities).toEqual(['embed'])
  })

  test('rank pooling scores pairs, and makes no embeddings', async () => {
    const path = await written('rank.gguf', (metadata) => [...metadata, ['llama.pooling_type', uint32(4)]])
    expect((await factsOf(path)).capabilities).toEqual(['rerank'])
  })

  test('the built-in test model is known by its name', async () => {
    await writeTestModel('known-answer', at('known.gguf'))
    expect((await factsOf(at('known.gguf'))).isTestModel).toBe(true)
  })

  test('60 GB are described without reading them', async () => {
    await writeSparseModel(at('sparse.gguf'))
    const facts = await factsOf(at('sparse.gguf'))
    expect(facts.parameterCount).toBeGreaterThan(50e9)
    expect(facts.quantization).toBe('Q8_0')
  })
})

describe('broken models', () => {
  test.each(BROKEN_MODELS.map((broken) => [broken.name, broken] as const))(
    '%s never rejects, and gives a sentence or a sound answer',
    async (_name, broken) => {
      await broken.write(at(`${broken.name}.gguf`))
      const inspection = await inspector.inspect([at(`${broken.name}.gguf`)])
      expect(inspection.type).toBe('model')
      if (inspection.type === 'model' && inspection.defect !== undefined)
        expect(inspection.defect).toMatch(/^[A-Z].*\.$/)
    },
  )

  test.each([...ABORTING_MODELS])('%s, which would abort the engine, is found', async (name) => {
    const broken = BROKEN_MODELS.find((model) => model.name === name)!
    await broken.write(at(`${name}.gguf`))
    expect(await inspector.inspect([at(`${name}.gguf`)])).toMatchObject({
      type: 'model',
      defect: expect.any(String),
    })
  })

  test('a broken header leaves nothing but its reason', async () => {
    writeFileSync(at('page.gguf'), `<!doctype html>${' '.repeat(100)}`)
    expect(await inspector.inspect([at('page.gguf')])).toMatchObject({
      facts: { architecture: 'unknown', capabilities: [], parameterCount: 0 },
      defect: 'It is not a GGUF file: it does not begin with "GGUF".',
    })
  })

  test('broken content keeps what is known of the file', async () => {
    const path = await written('zero.gguf', (metadata) => withEntry(metadata, 'llama.block_count', uint32(0)))
    expect(await inspector.inspect([path])).toMatchObject({
      facts: { architecture: 'llama' },
      defect: "Its metadata lacks a usable 'llama.block_count'.",
    })
  })

  test('a file that cannot be opened is looked at again', async () => {
    expect(await inspector.inspect([at('missing.gguf')])).toMatchObject({
      defect: 'The file cannot be read (ENOENT).',
      isPassing: true,
    })
  })
})

describe('files that are no model of their own', () => {
  test.each([
    ['an adapter', 'general.type', text('adapter')],
    ['an image projector', 'general.type', text('mmproj')],
    ['an image projector by its architecture', 'general.architecture', text('clip')],
  ] as const)('%s', async (_name, key, value) => {
    const path = await written('other.gguf', (metadata) => withEntry(metadata, key, value))
    expect((await inspector.inspect([path])).type).toBe('other')
  })
})

describe('a model in several files', () => {
  const split = async (changes: { count?: number; no?: number; tensors?: number } = {}) => {
    const { metadata, tensors } = soundModel()
    const half = Math.floor(tensors.length / 2)
    const part = (no: number, count: number): MetadataEntry[] => [
      ['split.no', uint32(no)],
      ['split.count', uint32(count)],
      ['split.tensors.count', uint32(changes.tensors ?? tensors.length)],
    ]
    const paths = [at('s-00001-of-00002.gguf'), at('s-00002-of-00002.gguf')]
    await writeGguf(paths[0]!, {
      metadata: [...metadata, ...part(0, changes.count ?? 2)],
      tensors: tensors.slice(0, half),
    })
    await writeGguf(paths[1]!, { metadata: part(changes.no ?? 1, 2), tensors: tensors.slice(half) })
    return { paths, elements: tensors.flatMap((tensor) => tensor.shape.reduce((a, b) => a * b, 1)) }
  }

  test('its tensors are those of all files', async () => {
    const { paths, elements } = await split()
    expect((await factsOf(...paths)).parameterCount).toBe(elements.reduce((a, b) => a + b, 0))
    expect(await inspector.tensors(paths)).toHaveLength(elements.length)
  })

  test('a missing part is a defect', async () => {
    const { paths } = await split()
    expect(await inspector.inspect(paths.slice(0, 1))).toMatchObject({
      defect: 'It is one file of 2, and 1 of them are here.',
    })
  })

  test('parts in the wrong order, or of another model, are a defect', async () => {
    expect(await inspector.inspect((await split({ no: 5 })).paths)).toMatchObject({
      defect: 'Its files are not the parts that their names say.',
    })
    expect(await inspector.inspect((await split({ tensors: 99 })).paths)).toMatchObject({
      defect: 'Its files do not hold the tensors that the first one claims.',
    })
  })
})

test('the tensors of a broken file are refused with the reason', async () => {
  writeFileSync(at('empty.gguf'), '')
  await expect(inspector.tensors([at('empty.gguf')])).rejects.toThrow(
    "The model's file is broken. The file is empty.",
  )
})

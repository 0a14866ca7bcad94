import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { soundModel } from '../../../support/gguf/broken-model.ts'
import { ABORTING_MODELS, BROKEN_MODELS, ENDLESS_LOAD_MODEL } from '../../../support/gguf/broken-models.ts'
import { writeGguf } from '../../../support/gguf/gguf-writer.ts'

let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'broken-models-'))
})
afterAll(async () => {
  await rm(directory, { recursive: true, force: true })
})

describe('BROKEN_MODELS', () => {
  test('have names of their own', () => {
    expect(new Set(BROKEN_MODELS.map(({ name }) => name)).size).toBe(BROKEN_MODELS.length)
  })

  test('include every model that is known to abort or hang an engine', () => {
    const names = BROKEN_MODELS.map(({ name }) => name)
    for (const name of [...ABORTING_MODELS, ENDLESS_LOAD_MODEL]) expect(names).toContain(name)
  })

  test('each differ from the sound model and from one another, and take under 2 MB', async () => {
    const path = join(directory, 'model.gguf')
    await writeGguf(path, soundModel())
    const digests = new Set([Bun.hash(await Bun.file(path).bytes())])
    for (const model of BROKEN_MODELS) {
      await model.write(path)
      const bytes = await Bun.file(path).bytes()
      expect(bytes.length).toBeLessThan(2_000_000)
      digests.add(Bun.hash(bytes))
    }
    expect(digests.size).toBe(BROKEN_MODELS.length + 1)
  })

  test('lie in the field that their name says', async () => {
    const view = await viewOf('tensor-count-2-40')
    expect(view.getBigUint64(8, true)).toBe(2n ** 40n)
    expect((await viewOf('metadata-count-2-40')).getBigUint64(16, true)).toBe(2n ** 40n)
    expect((await viewOf('version-99')).getUint32(4, true)).toBe(99)
    expect((await viewOf('empty-file')).byteLength).toBe(0)
  })
})

async function viewOf(name: string): Promise<DataView> {
  const path = join(directory, `${name}.gguf`)
  await BROKEN_MODELS.find((model) => model.name === name)!.write(path)
  return new DataView(await Bun.file(path).arrayBuffer())
}

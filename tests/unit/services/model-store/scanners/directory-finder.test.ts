import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createDirectoryFinder } from '@service/model-store/scanners/directory-finder.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'skein-directory-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const put = (...paths: readonly string[]): void => {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), path)
  }
}

const find = () =>
  createDirectoryFinder({
    root,
    source: 'lmstudio',
    isOwned: true,
    problems: { report: () => undefined },
  }).find()

test('a file is a model, called by its stem', async () => {
  put('Tiny-Q4_K_M.gguf')
  expect(await find()).toMatchObject([
    {
      name: 'Tiny-Q4_K_M',
      source: 'lmstudio',
      isOwned: true,
      aliases: ['Tiny-Q4_K_M'],
      files: [{ sizeBytes: 16 }],
    },
  ])
})

test('the repository of a model names it too, when it is the only one there', async () => {
  put('acme/tiny-GGUF/tiny-Q4.gguf', 'acme/two-GGUF/two-Q4.gguf', 'acme/two-GGUF/two-Q8.gguf')
  const aliases = (await find()).map((model) => model.aliases)
  expect(aliases).toEqual([
    ['tiny-Q4', 'tiny-GGUF/tiny-Q4', 'acme/tiny-GGUF'],
    ['two-Q4', 'two-GGUF/two-Q4'],
    ['two-Q8', 'two-GGUF/two-Q8'],
  ])
})

test('the parts of a split model are one model, in order; parts of another are not mixed in', async () => {
  put(
    'big-00002-of-00003.gguf',
    'big-00001-of-00003.gguf',
    'big-00003-of-00003.gguf',
    'big-00001-of-00002.gguf',
  )
  const models = await find()
  const names = models.map(({ name, files }) => [name, ...files.map(({ path }) => path.slice(-19, -5))])
  expect(names).toEqual([
    ['big', '00001-of-00002'],
    ['big', '00001-of-00003', '00002-of-00003', '00003-of-00003'],
  ])
})

test('an image projector is not a model', async () => {
  put('llava/mmproj-model-f16.gguf', 'llava/llava-Q4.gguf')
  const models = await find()
  expect(models.map(({ name }) => name)).toEqual(['llava-Q4'])
})

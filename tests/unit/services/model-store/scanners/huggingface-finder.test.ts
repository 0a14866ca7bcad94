import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createHuggingfaceFinder } from '@service/model-store/scanners/huggingface-finder.ts'

const OLD = '1'.repeat(40)
const NEW = '2'.repeat(40)
const SHA256 = 'a'.repeat(64)

let root = ''
let problems: string[] = []
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'skein-hub-')))
  problems = []
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const find = () =>
  createHuggingfaceFinder(root, { report: (sentence) => void problems.push(sentence) }).find()

/** As huggingface_hub lays out its cache: a blob, and a relative link to it in the snapshot. */
const cached = (repository: string, revision: string, file: string, blob: string): void => {
  const base = join(root, `models--${repository}`)
  mkdirSync(join(base, 'blobs'), { recursive: true })
  writeFileSync(join(base, 'blobs', blob), blob)
  const link = join(base, 'snapshots', revision, file)
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(join('../'.repeat(file.split('/').length + 1), 'blobs', blob), link)
}

const refersTo = (repository: string, revision: string): void => {
  mkdirSync(join(root, `models--${repository}`, 'refs'), { recursive: true })
  writeFileSync(join(root, `models--${repository}`, 'refs', 'main'), revision)
}

test('a cached file is a model of its repository, with the promise of its blob', async () => {
  cached('Acme--Tiny-GGUF', NEW, 'tiny-Q4_K_M.gguf', SHA256)
  expect(await find()).toMatchObject([
    {
      source: 'huggingface',
      isOwned: false,
      name: 'tiny-Q4_K_M',
      repository: 'Acme/Tiny-GGUF',
      revision: NEW,
      aliases: ['tiny-Q4_K_M', 'Acme/Tiny-GGUF/tiny-Q4_K_M', 'Acme/Tiny-GGUF'],
      files: [{ sizeBytes: 64, promisedSha256: SHA256 }],
    },
  ])
})

test('a blob that is not named for a sha256 promises nothing', async () => {
  cached('acme--tiny', NEW, 'tiny.gguf', 'b'.repeat(40))
  expect((await find())[0]!.files[0]).not.toHaveProperty('promisedSha256')
})

test('of several revisions the current one counts, and others only for files that it lacks', async () => {
  cached('acme--tiny', OLD, 'tiny.gguf', 'c'.repeat(64))
  cached('acme--tiny', OLD, 'gone.gguf', 'd'.repeat(64))
  cached('acme--tiny', NEW, 'tiny.gguf', 'e'.repeat(64))
  refersTo('acme--tiny', NEW)
  const found = (await find()).map(({ name, revision }) => [name, revision])
  expect(found).toEqual([
    ['tiny', NEW],
    ['gone', OLD],
  ])
})

test('parts in a directory of the repository are one model', async () => {
  cached('acme--big', NEW, 'Q4/big-00001-of-00002.gguf', 'c'.repeat(64))
  cached('acme--big', NEW, 'Q4/big-00002-of-00002.gguf', 'd'.repeat(64))
  expect((await find()).map(({ name, files }) => [name, files.length])).toEqual([['big', 2]])
})

test('a link that leads out of the cache is not followed', async () => {
  const outside = realpathSync(mkdtempSync(join(tmpdir(), 'skein-outside-')))
  writeFileSync(join(outside, 'secret'), 'secret')
  const snapshot = join(root, 'models--acme--evil', 'snapshots', NEW)
  mkdirSync(snapshot, { recursive: true })
  symlinkSync(join(outside, 'secret'), join(snapshot, 'evil.gguf'))
  expect(await find()).toEqual([])
  expect(problems[0]).toContain('leads out')
  rmSync(outside, { recursive: true })
})

test('data sets, strangers and an absent cache are nothing', async () => {
  mkdirSync(join(root, 'datasets--acme--words', 'snapshots', NEW), { recursive: true })
  writeFileSync(join(root, 'datasets--acme--words', 'snapshots', NEW, 'x.gguf'), '')
  writeFileSync(join(root, 'version.txt'), '1')
  expect(await find()).toEqual([])
  rmSync(root, { recursive: true })
  expect(await find()).toEqual([])
})

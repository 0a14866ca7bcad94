import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { walkModels } from '@service/model-store/scanners/walk-models.ts'

let directory = ''
let problems: string[] = []
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'skein-walk-')))
  problems = []
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const put = (path: string, text = 'x'): string => {
  const full = join(directory, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, text)
  return full
}

const walk = async (root = 'root'): Promise<readonly string[]> => {
  const full = join(directory, root)
  const files = await walkModels({
    root: full,
    boundary: full,
    problems: { report: (sentence) => void problems.push(sentence) },
  })
  return files.map((file) => file.relativePath)
}

test('GGUF files of all levels are found, in any case, in the order of their paths', async () => {
  for (const path of [
    'root/b.gguf',
    'root/a/deep/C.GGUF',
    'root/a.txt',
    'root/b.gguf.part',
    'root/.hidden/x.gguf',
  ])
    put(path)
  expect(await walk()).toEqual(['a/deep/C.GGUF', 'b.gguf'])
  expect(problems).toEqual([])
})

test('a place that is not there is empty', async () => {
  expect(await walk('nowhere')).toEqual([])
  expect(problems).toEqual([])
})

test('a file is told with its size, time and inode', async () => {
  const path = put('root/a.gguf', '12345')
  const [file] = await walkModels({
    root: dirname(path),
    boundary: dirname(path),
    problems: { report: () => undefined },
  })
  expect(file).toMatchObject({ path, realPath: path, sizeBytes: 5 })
  expect(file!.modifiedMs).toBeGreaterThan(1e12)
  expect(file!.inode).toMatch(/^\d+$/)
})

test('a link inside is followed, one that leads out is not', async () => {
  put('root/blobs/weights')
  put('outside/secret.gguf')
  symlinkSync('blobs/weights', join(directory, 'root/inside.gguf'))
  symlinkSync('../outside/secret.gguf', join(directory, 'root/outside.gguf'))
  symlinkSync('../outside', join(directory, 'root/directory'))
  symlinkSync('nowhere', join(directory, 'root/dangling.gguf'))
  expect(await walk()).toEqual(['inside.gguf'])
  expect(problems).toHaveLength(2)
})

test('the root itself may be a link', async () => {
  put('elsewhere/a.gguf')
  symlinkSync(join(directory, 'elsewhere'), join(directory, 'root'))
  expect(await walk()).toEqual(['a.gguf'])
})

test('a loop of links ends', async () => {
  put('root/a/model.gguf')
  symlinkSync('..', join(directory, 'root/a/up'))
  symlinkSync('.', join(directory, 'root/a/same'))
  expect(await walk()).toEqual(['a/model.gguf'])
})

test('a tree that is too deep is cut off and told', async () => {
  put(`root/${Array.from({ length: 15 }, (_, level) => `d${level}`).join('/')}/deep.gguf`)
  put('root/near.gguf')
  expect(await walk()).toEqual(['near.gguf'])
  expect(problems[0]).toContain('nested too deeply')
})

test('a pipe and a directory that are called like models are none', async () => {
  mkdirSync(join(directory, 'root/folder.gguf'), { recursive: true })
  Bun.spawnSync(['mkfifo', join(directory, 'root/pipe.gguf')])
  expect(await walk()).toEqual([])
})

test.skipIf(process.getuid?.() === 0)('a directory that cannot be read is left out and told', async () => {
  put('root/locked/a.gguf')
  put('root/b.gguf')
  chmodSync(join(directory, 'root/locked'), 0o000)
  expect(await walk()).toEqual(['b.gguf'])
  expect(problems[0]).toContain('cannot be read')
  chmodSync(join(directory, 'root/locked'), 0o700)
})

import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalModelDisk } from '@service/model-store/disk/local-model-disk.ts'

let base = ''
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'skein-disk-')))
  for (const name of ['models/acme', 'cache', 'outside']) mkdirSync(join(base, name), { recursive: true })
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const at = (path: string): string => join(base, path)
const put = (path: string, bytes = 10): string => {
  writeFileSync(at(path), 'x'.repeat(bytes))
  return at(path)
}
const disk = () => createLocalModelDisk({ ownDirectory: at('models'), roots: [at('models'), at('cache')] })

describe('deleting', () => {
  test('files in the own directory go, and their size is told', async () => {
    const paths = [put('models/a.gguf', 10), put('models/acme/b.gguf', 5)]
    expect(await disk().remove(paths)).toBe(15)
    expect(paths.some((path) => existsSync(path))).toBe(false)
  })

  test('when one lies elsewhere none is deleted', async () => {
    const own = put('models/a.gguf')
    const foreign = put('cache/b.gguf')
    await expect(disk().remove([own, foreign])).rejects.toThrow('left alone')
    expect([own, foreign].every((path) => existsSync(path))).toBe(true)
  })

  test('a path that climbs out is refused', async () => {
    put('outside/secret')
    await expect(disk().remove([at('models/../outside/secret')])).rejects.toThrow('left alone')
    await expect(disk().remove([`${at('models')}/acme/../../outside/secret`])).rejects.toThrow('left alone')
    expect(existsSync(at('outside/secret'))).toBe(true)
  })

  test('a directory that is a link out of the own directory is not entered', async () => {
    const secret = put('outside/secret')
    symlinkSync(at('outside'), at('models/link'))
    await expect(disk().remove([at('models/link/secret')])).rejects.toThrow('left alone')
    expect(existsSync(secret)).toBe(true)
  })

  test('of a link only the link goes', async () => {
    const target = put('outside/weights')
    symlinkSync(target, at('models/a.gguf'))
    expect(await disk().remove([at('models/a.gguf')])).toBe(0)
    expect(existsSync(target)).toBe(true)
    expect(existsSync(at('models/a.gguf'))).toBe(false)
  })

  test('a file that has gone already frees nothing', async () => {
    expect(await disk().remove([at('models/none.gguf')])).toBe(0)
  })
})

describe('places that may be scanned', () => {
  test('whatever lies in a root is resolved', async () => {
    expect(await disk().resolveInRoots(at('models/acme'))).toBe(at('models/acme'))
    expect(await disk().resolveInRoots(at('cache'))).toBe(at('cache'))
  })

  test.each([
    ['a directory beside the roots', () => at('outside')],
    ['a name that begins like a root', () => at('models-of-others')],
    ['a climb', () => at('models/../outside')],
    ['a relative path', () => 'models'],
    ['what is not there', () => at('models/none')],
    ['a zero byte', () => `${at('models')}\0`],
    ['the system', () => '/etc'],
    ['nothing', () => ''],
  ])('%s is forbidden', async (_name, path) => {
    mkdirSync(at('models-of-others'))
    await expect(disk().resolveInRoots(path())).rejects.toThrow('Only places')
  })

  test('a link in a root that leads out is forbidden', async () => {
    symlinkSync(at('outside'), at('models/link'))
    await expect(disk().resolveInRoots(at('models/link'))).rejects.toThrow('Only places')
  })
})

test('usage is that of the disk under the own directory', async () => {
  const { totalBytes, freeBytes, path } = await disk().usage()
  expect(path).toBe(at('models'))
  expect(totalBytes).toBeGreaterThan(freeBytes)
  expect(freeBytes).toBeGreaterThan(0)
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSha256FileHasher } from '@service/model-store/disk/sha256-file-hasher.ts'

const SIZE_BYTES = 2_500_000
const NEVER = new AbortController().signal

let path = ''
beforeAll(() => {
  path = join(mkdtempSync(join(tmpdir(), 'skein-hash-')), 'file')
  writeFileSync(path, Buffer.alloc(SIZE_BYTES, 'skein'))
})
afterAll(() => rmSync(join(path, '..'), { recursive: true }))

test('the whole file is hashed, in pieces that add up', async () => {
  const pieces: number[] = []
  const hashed = await createSha256FileHasher(0).hash(path, (count) => void pieces.push(count), NEVER)
  expect(hashed.sha256).toBe(
    new Bun.CryptoHasher('sha256').update(Buffer.alloc(SIZE_BYTES, 'skein')).digest('hex'),
  )
  expect(hashed.sizeBytes).toBe(SIZE_BYTES)
  expect(hashed.modifiedMs).toBe(Math.floor(statSync(path).mtimeMs))
  expect(pieces.reduce((total, piece) => total + piece, 0)).toBe(SIZE_BYTES)
  expect(pieces.length).toBe(3)
})

test('it stops between pieces when told to', async () => {
  const stop = new AbortController()
  const stopAtOnce = (): void => stop.abort(new Error('stopped'))
  await expect(createSha256FileHasher(0).hash(path, stopAtOnce, stop.signal)).rejects.toThrow('stopped')
})

test('a file that is not there rejects', async () => {
  await expect(createSha256FileHasher(0).hash(`${path}-none`, () => undefined, NEVER)).rejects.toThrow(
    'ENOENT',
  )
})

import { expect, test } from 'bun:test'
import { Catalogue } from '@service/model-store/features/catalogue/catalogue.ts'
import type { HashedFile } from '@service/model-store/features/catalogue/file-hasher.ts'
import { HashModels } from '@service/model-store/features/catalogue/hash-models.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import { createLog } from '@shared/log/create-log.ts'
import { eventually } from '../../../../../support/eventually.ts'
import { foundModel, memoryRecords, soundInspection } from './found-models.ts'

type Hash = (path: string, onBytes: (count: number) => void, signal: AbortSignal) => Promise<HashedFile>

const hashedAs = (sizeBytes = 10, modifiedMs = 1000): HashedFile => ({ sha256: 'abc', sizeBytes, modifiedMs })

const create = (sizes: Readonly<Record<string, number>>, hash: Hash) => {
  const records = memoryRecords()
  const catalogue = new Catalogue(records)
  catalogue.change(
    Object.entries(sizes).map(([id, sizeBytes]) => ({
      id: parseModelId(id)!,
      found: foundModel(`/${id}`, { sizeBytes }),
      inspection: soundInspection(),
      inspectorVersion: 1,
      firstSeenMs: 0,
      absentSinceMs: null,
    })),
  )
  const counted: number[] = []
  const hashing = new HashModels({
    catalogue,
    hasher: { hash },
    onBytes: (count) => void counted.push(count),
    log: createLog('test', 'silent'),
  })
  return { catalogue, counted, hashing, records, fileOf: (id: string) => catalogue.get(id).found!.files[0] }
}

test('every file gets its digest, one at a time, small files first, and the catalogue changes each time', async () => {
  const paths: string[] = []
  let active = 0
  const { catalogue, hashing, counted } = create(
    { large: 300, small: 10, middle: 20 },
    async (path, onBytes) => {
      expect(++active).toBe(1)
      paths.push(path)
      onBytes(5)
      await Promise.resolve()
      active--
      return hashedAs({ '/large': 300, '/small': 10, '/middle': 20 }[path])
    },
  )
  const revision = catalogue.revision
  hashing.wake()
  hashing.wake()
  await eventually('all are hashed', () => catalogue.models.every(({ card }) => card.digest === 'abc'))
  expect(paths).toEqual(['/small', '/middle', '/large'])
  expect(catalogue.revision).toBe(revision + 3)
  expect(counted).toEqual([5, 5, 5])
  await hashing.close()
})

test('what was computed is kept over a restart, and computed again for another state of the file', async () => {
  const { catalogue, hashing, records, fileOf } = create({ a: 10 }, () => Promise.resolve(hashedAs()))
  hashing.wake()
  await eventually('it is hashed', () => catalogue.get('a').card.digest !== undefined)
  const restarted = new Catalogue(records)
  expect(restarted.get('a').card.digest).toBe('abc')
  expect(restarted.digestOf({ ...fileOf('a'), modifiedMs: 1001 })).toBeUndefined()
  await hashing.close()
})

test('a file that changes while it is read has no digest', async () => {
  const { catalogue, hashing, fileOf } = create({ a: 10 }, () => Promise.resolve(hashedAs(11)))
  hashing.wake()
  await eventually('it was tried', () => hashing.progressOf(fileOf('a')).status === 'failed')
  expect(catalogue.get('a').card.digest).toBeUndefined()
  await hashing.close()
})

test('a file that cannot be read does not stop the others, and is not tried for ever', async () => {
  const tried: string[] = []
  const { catalogue, hashing, fileOf } = create({ bad: 1, good: 10 }, (path) => {
    tried.push(path)
    return path === '/bad' ? Promise.reject(new Error('no')) : Promise.resolve(hashedAs())
  })
  hashing.wake()
  await eventually('the good one is hashed', () => catalogue.get('good').card.digest !== undefined)
  hashing.wake()
  await hashing.close()
  expect(tried).toEqual(['/bad', '/good'])
  expect(hashing.progressOf(fileOf('bad'))).toEqual({ status: 'failed' })
  expect(hashing.progressOf(fileOf('good'))).toEqual({ status: 'computed', sha256: 'abc' })
})

test('how far it is can be seen, and closing gives up at once', async () => {
  const { catalogue, hashing, fileOf } = create({ a: 10, b: 20 }, (_path, onBytes, signal) => {
    onBytes(4)
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('stopped')))
    })
  })
  expect(hashing.progressOf(fileOf('a'))).toEqual({ status: 'waiting' })
  hashing.wake()
  expect(hashing.progressOf(fileOf('a'))).toEqual({ status: 'computing', hashedBytes: 4 })
  expect(hashing.progressOf(fileOf('b'))).toEqual({ status: 'waiting' })
  await hashing.close()
  expect(catalogue.get('a').card.digest).toBeUndefined()
  expect(hashing.progressOf(fileOf('a'))).toEqual({ status: 'waiting' })
})

import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KeyRingFile } from '@service/router/adapters/key-ring-file.ts'
import type { KeyTraits } from '@service/router/features/access/key-ring.ts'
import { readKeyFile, writeKeyFile } from '@shared/access/key-file.ts'
import { createLog } from '@shared/log/create-log.ts'
import { accessKey, TEST_SECRET } from '../../../../support/access-key-for.ts'

const log = createLog('test', 'silent')
const traits: KeyTraits = {
  label: 'phone',
  scopes: ['inference'],
  origins: [],
  routes: [],
  models: [],
  endpointId: null,
  expiresAt: null,
  requestsPerMinute: null,
  tokenBudget: null,
}

let home = ''
let path = ''
let time = 1_000
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'skein-ring-'))
  path = join(home, 'keys.json')
  time = 1_000
})
afterEach(() => rm(home, { recursive: true }))

const open = () => KeyRingFile.open({ path, node: 'here', now: () => time, log })

test('a new key is found by its secret, now and after a restart', async () => {
  const { key, secret } = await (await open()).create(traits)
  expect(key).toMatchObject({ ...traits, updatedAt: 1_000, updatedBy: 'here', revokedAt: null })
  const again = await open()
  expect(again.find(secret)).toEqual(key)
  expect(again.find(`${secret}0`)).toBeUndefined()
  expect(again.find('')).toBeUndefined()
  expect(await Bun.file(path).text()).not.toContain(secret)
})

test('a change wins also when the clock went back', async () => {
  const ring = await open()
  const { key } = await ring.create(traits)
  time = 1
  expect(await ring.change(key.id, { label: 'tablet' })).toMatchObject({ label: 'tablet', updatedAt: 1_001 })
  expect((await open()).list()).toMatchObject([{ label: 'tablet' }])
})

test('a key that is revoked stays as a tombstone, and is told once', async () => {
  const ring = await open()
  const told: string[] = []
  ring.onRevoked((id) => told.push(id))
  const { key, secret } = await ring.create(traits)
  expect(await ring.revoke(key.id)).toBe(true)
  expect(await ring.revoke(key.id)).toBe(false)
  expect(await ring.change(key.id, { label: 'x' })).toBeUndefined()
  expect(told).toEqual([key.id])
  expect(ring.list()).toEqual([])
  expect(ring.find(secret)?.revokedAt).toBeString()
  expect(await readKeyFile(path)).toHaveLength(1)
})

test('many changes at once lose none', async () => {
  const ring = await open()
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => ring.create({ ...traits, label: String(index) })),
  )
  expect((await open()).list()).toHaveLength(20)
})

describe('a change by another program', () => {
  test('is seen: a key that it added, one that it revoked', async () => {
    const ring = await open()
    const told: string[] = []
    ring.onRevoked((id) => told.push(id))
    await writeKeyFile(path, [accessKey()])
    await ring.refresh()
    expect(ring.find(TEST_SECRET)?.id).toBe(accessKey().id)
    await writeKeyFile(path, [accessKey({ revokedAt: '2026-01-01T00:00:00Z', updatedAt: 2 })])
    await ring.refresh()
    expect(told).toEqual([accessKey().id])
  })

  test('survives one that is made here at the same time', async () => {
    const ring = await open()
    await writeKeyFile(path, [accessKey()])
    await ring.create(traits)
    expect((await open()).list()).toHaveLength(2)
  })

  test('that leaves the file open to others changes nothing', async () => {
    const ring = await open()
    const { secret } = await ring.create(traits)
    await writeKeyFile(path, [])
    await chmod(path, 0o644)
    await ring.refresh()
    expect(ring.find(secret)).toBeDefined()
  })
})

test('a file that others may read is no file of keys', async () => {
  await writeKeyFile(path, [accessKey()])
  await chmod(path, 0o644)
  expect(open()).rejects.toMatchObject({ code: 'conflict' })
})

describe('what other nodes know of keys', () => {
  test('is taken where it is later, and ends a key that they revoked', async () => {
    const ring = await open()
    const told: string[] = []
    ring.onRevoked((id) => told.push(id))
    await ring.merge([accessKey()])
    expect(ring.find(TEST_SECRET)?.id).toBe(accessKey().id)
    await ring.merge([accessKey({ revokedAt: '2026-01-01T00:00:00Z', updatedAt: 9 })])
    await ring.merge([accessKey({ updatedAt: 8 })])
    expect(told).toEqual([accessKey().id])
    expect((await open()).list()).toEqual([])
  })

  test('is told as a change only when it was new', async () => {
    const ring = await open()
    let changes = 0
    ring.onChanged(() => (changes += 1))
    await ring.merge([accessKey()])
    await ring.merge([accessKey()])
    expect(changes).toBe(1)
    expect(ring.records()).toEqual([accessKey()])
  })
})

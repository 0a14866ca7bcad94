import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeFirstKey, openKeyFile } from '../../../../../scripts/skein/keys/first-key.ts'

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'skein-first-'))
})
afterEach(() => rm(home, { recursive: true }))

test('the first key is for asking models and no more, and there is one first', async () => {
  const ring = await openKeyFile(home)
  const first = await makeFirstKey(ring)
  expect(ring.find(first?.secret ?? '')).toMatchObject({ label: 'first key', scopes: ['inference'] })
  expect((await stat(join(home, 'keys.json'))).mode & 0o777).toBe(0o600)
  expect(await makeFirstKey(await openKeyFile(home))).toBeUndefined()
})

test('one that nobody has seen is taken back, and then the next is the first', async () => {
  const first = await makeFirstKey(await openKeyFile(home))
  await first?.takeBack()
  expect((await openKeyFile(home)).hasGoodKey()).toBe(false)
  expect(await makeFirstKey(await openKeyFile(home))).toBeDefined()
})

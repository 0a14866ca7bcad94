import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFilePath, readKeyFile, writeKeyFile } from '@shared/access/key-file.ts'
import { accessKey, TEST_SECRET } from '../../../support/access-key-for.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'skein-keys-'))
})
afterAll(() => rm(home, { recursive: true }))

test('no file is no keys', async () => {
  expect(await readKeyFile(join(home, 'none.json'))).toEqual([])
})

test('what was written is read, for the owner alone and without the secret', async () => {
  const path = keyFilePath(home)
  const keys = [
    accessKey(),
    accessKey({ id: 'key_0000000000000002', tokenBudget: { tokens: 5, period: 'day' } }),
  ]
  await writeKeyFile(path, keys)
  expect(await readKeyFile(path)).toEqual(keys)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await Bun.file(path).text()).not.toContain(TEST_SECRET)
  expect(await readdir(home)).toEqual(['keys.json'])
})

test.each([0o640, 0o604, 0o620, 0o666])('a file of mode %o is refused', async (mode) => {
  const path = join(home, 'open.json')
  await writeKeyFile(path, [accessKey()])
  await chmod(path, mode)
  expect(readKeyFile(path)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('chmod 600'),
  })
})

test.each(['', '{', '[]', '{"version":2,"keys":[]}', '{"version":1,"keys":[{"id":"x"}]}'])(
  'a file with %p lets nobody in',
  async (content) => {
    const path = join(home, 'broken.json')
    await writeFile(path, content, { mode: 0o600 })
    expect(readKeyFile(path)).rejects.toMatchObject({ code: 'conflict' })
  },
)

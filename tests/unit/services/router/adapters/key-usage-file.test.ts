import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KeyUsageFile } from '@service/router/adapters/key-usage-file.ts'
import { NO_TOKENS, tokensIn } from '@service/router/policy/token-count.ts'
import { createLog } from '@shared/log/create-log.ts'

const NOON = Date.parse('2027-01-31T12:00:00Z')
const log = createLog('test', 'silent')

let home = ''
let path = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'skein-usage-'))
  path = join(home, 'key-usage.json')
})
afterEach(() => rm(home, { recursive: true }))

const open = () => KeyUsageFile.open(path, log)

test('what was told is there after a restart, for the owner alone', async () => {
  const usage = await open()
  usage.onRequest('key_a', NOON)
  usage.onTokens('key_a', 5, NOON)
  usage.onTokens('key_a', 7, NOON)
  await usage.save()
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const again = (await open()).of('key_a')
  expect(again.lastUsedAt).toBe('2027-01-31T12:00:00.000Z')
  expect(tokensIn(again.tokens, 'day', NOON)).toBe(12)
  expect((await open()).of('key_b')).toEqual({ lastUsedAt: null, tokens: NO_TOKENS })
})

test('nothing is written while nothing is new', async () => {
  const usage = await open()
  await usage.save()
  expect(await readdir(home)).toEqual([])
  usage.onRequest('key_a', NOON)
  await Promise.all([usage.save(), usage.save()])
  const { mtimeMs, ino } = await stat(path)
  await usage.save()
  expect(await stat(path)).toMatchObject({ mtimeMs, ino })
})

test('what could not be written is written with the next', async () => {
  const usage = await KeyUsageFile.open(join(home, 'file', 'key-usage.json'), log)
  usage.onRequest('key_a', NOON)
  await Bun.write(join(home, 'file'), 'in the way')
  await expect(usage.save()).rejects.toThrow()
  await rm(join(home, 'file'))
  await usage.save()
  const again = await KeyUsageFile.open(join(home, 'file', 'key-usage.json'), log)
  expect(again.of('key_a').lastUsedAt).not.toBeNull()
})

test.each(['{', '[]', '{"version":1,"keys":{"key_a":{"lastUsedAt":5}}}', '{"version":2,"keys":{}}'])(
  'a file with %p is put aside',
  async (content) => {
    await Bun.write(path, content)
    expect((await open()).of('key_a').lastUsedAt).toBeNull()
    expect(await Bun.file(`${path}.broken`).text()).toBe(content)
  },
)

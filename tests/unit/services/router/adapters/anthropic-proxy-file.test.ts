import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAnthropicProxyFile } from '@service/router/adapters/anthropic-proxy-file.ts'
import { DEFAULT_ANTHROPIC_PROXY } from '@shared/dialects/toolpiper/toolpiper-anthropic-proxy.ts'
import type { Log } from '@shared/log/create-log.ts'

let directory: string
let path: string
const errors: unknown[] = []
const log = { error: (facts: unknown, text: string) => void errors.push([facts, text]) } as unknown as Log

beforeEach(() => {
  errors.length = 0
  directory = mkdtempSync(join(tmpdir(), 'skein-proxy-'))
  path = join(directory, 'home', 'anthropic-proxy.json')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('without a file the defaults count, and nothing is logged', async () => {
  expect((await openAnthropicProxyFile(path, log)).current).toEqual(DEFAULT_ANTHROPIC_PROXY)
  expect(errors).toEqual([])
})

test('what is changed is there for the next start, for its owner alone', async () => {
  const settings = await openAnthropicProxyFile(path, log)
  const changed = await settings.change({ fallbackModel: 'llama', modelMap: { 'claude-*': 'llama' } })
  expect(changed).toEqual({
    ...DEFAULT_ANTHROPIC_PROXY,
    fallbackModel: 'llama',
    modelMap: { 'claude-*': 'llama' },
  })
  expect(settings.current).toEqual(changed)
  expect((await openAnthropicProxyFile(path, log)).current).toEqual(changed)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(directory, 'home'))).toEqual(['anthropic-proxy.json'])
})

test('changes at the same time lose nothing of each other', async () => {
  const settings = await openAnthropicProxyFile(path, log)
  await Promise.all([
    settings.change({ enabled: false }),
    settings.change({ fallbackModel: 'a' }),
    settings.change({ modelMap: { x: 'b' } }),
  ])
  expect((await openAnthropicProxyFile(path, log)).current).toMatchObject({
    enabled: false,
    fallbackModel: 'a',
    modelMap: { x: 'b' },
  })
})

test.each(['{"enabled": ', '[]', '{"enabled": "yes"}', '{"strange": 1}'])(
  'a file of %s is told in the log and left as it is',
  async (text) => {
    mkdirSync(join(directory, 'home'))
    writeFileSync(path, text)
    expect((await openAnthropicProxyFile(path, log)).current).toEqual(DEFAULT_ANTHROPIC_PROXY)
    expect(errors).toHaveLength(1)
    expect(await Bun.file(path).text()).toBe(text)
  },
)

test('a change that cannot be written does not count, and the next one may', async () => {
  const settings = await openAnthropicProxyFile(path, log)
  // A directory in the place of the file.
  mkdirSync(join(path, 'x'), { recursive: true })
  chmodSync(path, 0o700)
  await expect(settings.change({ enabled: false })).rejects.toThrow()
  expect(settings.current.enabled).toBe(true)
  rmSync(path, { recursive: true })
  expect((await settings.change({ enabled: false })).enabled).toBe(false)
})

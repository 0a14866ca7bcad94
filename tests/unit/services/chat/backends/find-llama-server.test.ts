import { afterAll, beforeEach, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findLlamaServer, llamaServerDirectory } from '@service/chat/backends/find-llama-server.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-find-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let home = ''
let elsewhere = ''

beforeEach(() => {
  home = mkdtempSync(join(root, 'home-'))
  elsewhere = mkdtempSync(join(root, 'path-'))
})

const program = (path: string, mode = 0o755): string => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '#!/bin/sh\n')
  chmodSync(path, mode)
  return path
}

const built = (version: string): string => join(llamaServerDirectory(home, version), 'bin', 'llama-server')

const find = (configuredPath = ''): ReturnType<typeof findLlamaServer> =>
  findLlamaServer({ configuredPath, skeinHome: home, searchPath: elsewhere })

test('where there is none, none is found', async () => {
  expect(await find()).toBeUndefined()
})

test('the configured one goes before the built one, and that before the search path', async () => {
  const onPath = program(join(elsewhere, 'llama-server'))
  expect(await find()).toEqual({ path: onPath, origin: 'search-path' })
  program(built('0.5.0-skein.1'))
  expect(await find()).toEqual({ path: built('0.5.0-skein.1'), origin: 'built' })
  const own = program(join(elsewhere, 'my own'))
  expect(await find(own)).toEqual({ path: own, origin: 'configured' })
})

test('of several built versions the newest is taken, by number and not by letter', async () => {
  for (const version of ['0.5.0-skein.1', '0.10.0-skein.1', '0.9.3-skein.12', '0.10.0-skein.2'])
    program(built(version))
  expect(await find()).toMatchObject({ path: built('0.10.0-skein.2') })
})

test('unfinished, replaced and foreign folders are no versions', async () => {
  for (const name of ['0.6.0-skein.1.part', '0.6.0-skein.1.old', 'notes', '..hidden']) program(built(name))
  expect(await find()).toBeUndefined()
})

test('a file that may not be run, or a folder of that name, is passed over', async () => {
  program(built('0.7.0'), 0o644)
  mkdirSync(built('0.6.0'), { recursive: true })
  program(built('0.5.0'))
  expect(await find()).toMatchObject({ path: built('0.5.0') })
})

test('a configured path that is no program is an error, not a reason to take another', async () => {
  program(built('0.5.0'))
  const missing = find(join(elsewhere, 'none'))
  await expect(missing).rejects.toMatchObject({ code: 'invalid_request', param: 'CHAT_LLAMA_SERVER' })
  await expect(find('llama-server')).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(find(elsewhere)).rejects.toMatchObject({ code: 'invalid_request' })
})

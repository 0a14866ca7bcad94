import { afterAll, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  prepareSocketDirectory,
  removeTemporarySockets,
} from '../../../../../scripts/skein/node/socket-directory.ts'

const base = mkdtempSync(join(tmpdir(), 'sk-'))
const longHome = join(base, 'a'.repeat(60), 'b'.repeat(60))

afterAll(() => rmSync(base, { recursive: true }))

test('sockets lie in the run directory, which is private', () => {
  const run = join(base, 'run')
  mkdirSync(run, { mode: 0o755 })
  expect(prepareSocketDirectory(run, 'model-store.sock')).toBe(run)
  expect(statSync(run).mode & 0o777).toBe(0o700)
})

test('where that path is too long for a socket they lie in a private temporary directory, which works', () => {
  const directory = prepareSocketDirectory(join(longHome, 'run'), 'model-store.sock')
  expect(directory).not.toStartWith(longHome)
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  const server = Bun.serve({ unix: join(directory, 'model-store.sock'), fetch: () => new Response('ok') })
  void server.stop(true)
  removeTemporarySockets(directory)
  expect(existsSync(directory)).toBe(false)
})

test('only temporary socket directories are ever removed', () => {
  const elsewhere = join(base, 'skein-sockets-elsewhere')
  const filled = mkdtempSync(join(tmpdir(), 'skein-sockets-'))
  mkdirSync(elsewhere)
  writeFileSync(join(filled, 'letter.txt'), 'dear')
  for (const path of [elsewhere, filled, '/', tmpdir(), join(filled, '..', '..', 'etc'), base])
    removeTemporarySockets(path)
  for (const path of [elsewhere, join(filled, 'letter.txt'), base]) expect(existsSync(path)).toBe(true)
  rmSync(filled, { recursive: true })
})

test('what is cut is bytes, not letters', () => {
  const run = join(base, 'ü'.repeat(40), 'run')
  const directory = prepareSocketDirectory(run, 'model-store.sock')
  expect(directory).not.toStartWith(base)
  removeTemporarySockets(directory)
})

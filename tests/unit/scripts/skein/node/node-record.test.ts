import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { holdNodeLock } from '../../../../../scripts/skein/node/node-lock.ts'
import { nodePaths } from '../../../../../scripts/skein/node/node-paths.ts'
import {
  findRunningNode,
  readNodeRecord,
  writeNodeRecord,
} from '../../../../../scripts/skein/node/node-record.ts'
import type { NodeRecord } from '../../../../../scripts/skein/node/node-record.ts'

const home = mkdtempSync(join(tmpdir(), 'skein-record-'))
const paths = nodePaths(home)
mkdirSync(paths.run)

afterAll(() => rmSync(home, { recursive: true }))

const RECORD: NodeRecord = {
  pid: 4711,
  port: 8080,
  url: 'http://127.0.0.1:8080',
  version: '0.1.0',
  startedAt: '2026-11-21T10:00:00.000Z',
  state: 'ready',
  socketDirectory: paths.run,
  services: [{ name: 'chat', state: 'ready', pid: 4712, restarts: 0, lastFailure: null }],
}

test('is read as it was written, by its owner alone', () => {
  writeNodeRecord(paths.record, RECORD)
  expect(readNodeRecord(paths.record)).toEqual(RECORD)
  expect(statSync(paths.record).mode & 0o777).toBe(0o600)
})

test('a record without a running node is not a running node', () => {
  writeNodeRecord(paths.record, { ...RECORD, pid: process.pid })
  expect(findRunningNode(paths)).toBeUndefined()
  const lock = holdNodeLock(paths.lock)
  expect(findRunningNode(paths)?.pid).toBe(process.pid)
  lock?.release()
  expect(findRunningNode(paths)).toBeUndefined()
})

test.each(['', '{', 'null', '[]', '{"pid":"1"}', JSON.stringify({ ...RECORD, pid: -1 })])(
  'a broken record is none: %s',
  (text) => {
    writeFileSync(paths.record, text)
    expect(readNodeRecord(paths.record)).toBeUndefined()
  },
)

test('no home at all is no node', () => {
  expect(findRunningNode(nodePaths(join(home, 'nowhere')))).toBeUndefined()
})

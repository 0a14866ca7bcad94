import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readLogTail } from '../../../../../scripts/skein/node/read-log-tail.ts'

const directory = mkdtempSync(join(tmpdir(), 'skein-tail-'))
const path = join(directory, 'a.log')

afterAll(() => rmSync(directory, { recursive: true }))

test('has the last lines, and says where they end', () => {
  writeFileSync(path, 'one\ntwo\nthree\n')
  expect(readLogTail(path, 2)).toEqual({ lines: ['two', 'three'], end: 14 })
  expect(readLogTail(path, 10).lines).toEqual(['one', 'two', 'three'])
})

test('leaves a line that is still being written for later', () => {
  writeFileSync(path, 'one\ntw')
  expect(readLogTail(path, 5)).toEqual({ lines: ['one'], end: 4 })
})

test('reads only the end of a huge file, in whole lines', () => {
  writeFileSync(path, `${'x'.repeat(100)}\n`.repeat(40_000))
  const { lines } = readLogTail(path, 1_000_000)
  expect(lines.length).toBeLessThan(20_000)
  expect(new Set(lines)).toEqual(new Set(['x'.repeat(100)]))
})

test('no file has no lines', () => {
  expect(readLogTail(join(directory, 'none.log'), 5)).toEqual({ lines: [], end: 0 })
})

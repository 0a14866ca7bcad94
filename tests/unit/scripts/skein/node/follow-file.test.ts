import { afterEach, beforeEach, expect, test } from 'bun:test'
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { followFile } from '../../../../../scripts/skein/node/follow-file.ts'
import { createManualClock, settled } from '../../../../support/manual-clock.ts'

let directory = ''
let path = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-follow-'))
  path = join(directory, 'a.log')
})

afterEach(() => rmSync(directory, { recursive: true }))

const follow = (start: number) => {
  const clock = createManualClock()
  const controller = new AbortController()
  const seen = { text: '' }
  const onText = (text: string): void => void (seen.text += text)
  const done = followFile(path, { start, onText, clock, signal: controller.signal })
  return { clock, seen, done, stop: () => controller.abort() }
}

test('hands over what is appended, from where it was told to begin', async () => {
  writeFileSync(path, 'old\n')
  const { clock, seen, done, stop } = follow(4)
  await settled()
  appendFileSync(path, 'new\n')
  await clock.advance(200)
  appendFileSync(path, 'newer\n')
  await clock.advance(200)
  expect(seen.text).toBe('new\nnewer\n')
  stop()
  await done
})

test('reads a rotated file to its end and goes on with the new one', async () => {
  writeFileSync(path, '')
  const { clock, seen, done, stop } = follow(0)
  await settled()
  appendFileSync(path, 'last of the old\n')
  renameSync(path, `${path}.1`)
  writeFileSync(path, 'first of the new\n')
  for (let turn = 0; turn < 3; turn += 1) await clock.advance(200)
  expect(seen.text).toBe('last of the old\nfirst of the new\n')
  stop()
  await done
})

test('waits for a file that is not there yet', async () => {
  const { clock, seen, done, stop } = follow(0)
  await clock.advance(400)
  writeFileSync(path, 'there\n')
  await clock.advance(200)
  expect(seen.text).toBe('there\n')
  stop()
  await done
})

test('keeps letters whole that are written in two pieces', async () => {
  const bytes = Buffer.from('grün\n')
  writeFileSync(path, bytes.subarray(0, 3))
  const { clock, seen, done, stop } = follow(0)
  await settled()
  appendFileSync(path, bytes.subarray(3))
  await clock.advance(200)
  expect(seen.text).toBe('grün\n')
  stop()
  await done
})

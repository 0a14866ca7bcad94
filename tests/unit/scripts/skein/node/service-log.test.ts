import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../../../../support/eventually.ts'
import { openServiceLog } from '../../../../../scripts/skein/node/service-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'skein-log-'))

afterAll(() => rmSync(directory, { recursive: true }))

const onLost = (reason: string): void => expect.unreachable(reason)

test('a full log makes room for a new one, and the oldest of six goes', async () => {
  const log = openServiceLog({ directory, name: 'chat', onLost, sizeLimit: '1K' })
  const lines = Array.from({ length: 500 }, (_, index) => `line ${index} ${'x'.repeat(30)}`)
  for (const line of lines) log.write(line)
  await log.close()
  const files = readdirSync(directory).filter((name) => name.startsWith('chat.log'))
  expect(files.toSorted()).toEqual(['chat.log', ...[1, 2, 3, 4, 5].map((number) => `chat.log.${number}`)])
  const kept = files
    .toSorted()
    .toReversed()
    .map((name) => readFileSync(join(directory, name), 'utf8'))
  const text = kept.join('')
  expect(text).toBe(lines.slice(-text.trimEnd().split('\n').length).join('\n') + '\n')
  expect(statSync(join(directory, 'chat.log')).mode & 0o077).toBe(0)
})

test('goes on where an earlier run stopped', async () => {
  for (const line of ['first run', 'second run']) {
    const log = openServiceLog({ directory, name: 'router', onLost })
    log.write(line)
    await log.close()
  }
  expect(readFileSync(join(directory, 'router.log'), 'utf8')).toBe('first run\nsecond run\n')
})

test('when it cannot write it says so once, and never throws', async () => {
  const lost: string[] = []
  const file = join(directory, 'router.log')
  const log = openServiceLog({
    directory: join(file, 'no-directory'),
    name: 'chat',
    onLost: (reason) => void lost.push(reason),
  })
  log.write('lost')
  await eventually('the loss is known', () => lost.length > 0)
  log.write('lost too')
  await log.close()
  expect(lost).toHaveLength(1)
})

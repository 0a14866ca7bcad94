import { afterEach, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTestFolder } from '../../../../scripts/test-run/run-test-folder.ts'
import { judgeTestRun } from '../../../../scripts/test-run/test-verdict.ts'

const directories: string[] = []

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

/** Runs real test files with a real `bun test` and judges it. */
const verdictOf = async (files: Readonly<Record<string, string>>) => {
  const repository = mkdtempSync(join(tmpdir(), 'skein-run-'))
  directories.push(repository)
  const temporaryDirectory = join(repository, 'temporary')
  mkdirSync(temporaryDirectory)
  mkdirSync(join(repository, 'tests', 'unit'), { recursive: true })
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(repository, 'tests', 'unit', name), `import { test, expect } from 'bun:test'\n${text}`)
  const folder = { name: 'unit', files: Object.keys(files).map((name) => `tests/unit/${name}`) }
  const end = await runTestFolder(folder, {
    repository,
    temporaryDirectory,
    signal: new AbortController().signal,
    output: 'ignore',
    windDownMs: 200,
  })
  return judgeTestRun(folder, end)
}

test('counts what passed, failed and was skipped', async () => {
  const verdict = await verdictOf({
    'a.test.ts': `test('good', () => expect(1).toBe(1)); test('bad', () => expect(1).toBe(2)); test.skip('later', () => {})`,
  })
  expect(verdict).toEqual({ passed: 1, failed: 1, skipped: 1, problems: [] })
})

test('sees a file that throws while it is loaded', async () => {
  const verdict = await verdictOf({
    'a.test.ts': `test('good', () => {})`,
    'b.test.ts': `throw new Error('broken'); test('never', () => {})`,
  })
  expect(verdict).toMatchObject({ passed: 1, failed: 1 })
  expect(verdict.problems[0]).toStartWith('tests/unit/b.test.ts did not run')
})

test('sees a test that ends the runner, with whatever exit code', async () => {
  expect(await verdictOf({ 'a.test.ts': `test('exits', () => process.exit(0))` })).toMatchObject({
    passed: 0,
    failed: 1,
  })
})

test('kills what a test leaves behind, and says so', async () => {
  const verdict = await verdictOf({
    'a.test.ts': `test('careless', () => { Bun.spawn(['sleep', '61'], { stdio: ['ignore', 'ignore', 'ignore'] }).unref() })`,
  })
  expect(verdict).toMatchObject({ passed: 1, failed: 1 })
  expect(verdict.problems).toEqual(['processes were left behind: sleep 61'])
})

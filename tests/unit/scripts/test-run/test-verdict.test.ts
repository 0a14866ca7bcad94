import { expect, test } from 'bun:test'
import { judgeTestRun, sumVerdicts, verdictLine } from '../../../../scripts/test-run/test-verdict.ts'
import type { TestRunEnd } from '../../../../scripts/test-run/test-verdict.ts'

const FOLDER = { name: 'unit', files: ['tests/unit/a.test.ts', 'tests/unit/b.test.ts'] }

const reportOf = (files: readonly string[], tests: number, failures: number, skipped = 0): string =>
  `<testsuites tests="${tests}" failures="${failures}" skipped="${skipped}">${files
    .map((file) => `<testsuite file="${file}"></testsuite>`)
    .join('')}</testsuites>`

const judge = (end: Partial<TestRunEnd>) =>
  judgeTestRun(FOLDER, {
    report: reportOf(FOLDER.files, 10, 0),
    exitCode: 0,
    signal: null,
    leftBehind: [],
    ...end,
  })

test('a good run is what its report says', () => {
  expect(judge({ report: reportOf(FOLDER.files, 10, 0, 2) })).toEqual({
    passed: 8,
    failed: 0,
    skipped: 2,
    problems: [],
  })
})

test('failed tests are counted once, though the exit code tells of them too', () => {
  expect(judge({ report: reportOf(FOLDER.files, 10, 3), exitCode: 1 })).toMatchObject({
    passed: 7,
    failed: 3,
    problems: [],
  })
})

test('a runner that crashed has passed nothing', () => {
  expect(judge({ report: undefined, exitCode: null, signal: 'SIGSEGV' })).toEqual({
    passed: 0,
    failed: 1,
    skipped: 0,
    problems: ['the runner ended without a report (SIGSEGV)'],
  })
})

test('a runner that a test made end with 0 has failed all the same', () => {
  expect(judge({ report: undefined, exitCode: 0 })).toMatchObject({ passed: 0, failed: 1 })
})

test('a file that could not be loaded is a failure, though the report does not know it', () => {
  const verdict = judge({ report: reportOf(['tests/unit/a.test.ts'], 4, 0), exitCode: 1 })
  expect(verdict).toMatchObject({ passed: 4, failed: 1 })
  expect(verdict.problems[0]).toStartWith('tests/unit/b.test.ts did not run')
})

test('a bad exit code that no failed test explains is a failure', () => {
  expect(judge({ exitCode: 1 })).toMatchObject({ passed: 10, failed: 1 })
})

test('processes that are left behind are a failure', () => {
  const verdict = judge({ leftBehind: ['bun services/chat/main.ts'] })
  expect(verdict.failed).toBe(1)
  expect(verdict.problems).toEqual(['processes were left behind: bun services/chat/main.ts'])
})

test('the last line has the skipped ones only when there are any', () => {
  const one = judge({ report: reportOf(FOLDER.files, 10, 3, 1) })
  const other = judge({})
  expect(verdictLine(sumVerdicts([one, other]))).toBe('16 passed, 3 failed, 1 skipped')
  expect(verdictLine(sumVerdicts([other]))).toBe('10 passed, 0 failed')
})

test('no test at all is a failure', () => {
  expect(verdictLine(sumVerdicts([]))).toBe('0 passed, 1 failed')
  const skippedOnly = judge({ report: reportOf(FOLDER.files, 2, 0, 2) })
  expect(verdictLine(sumVerdicts([skippedOnly]))).toBe('0 passed, 1 failed, 2 skipped')
})

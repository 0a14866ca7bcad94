import { expect, test } from 'bun:test'
import { readJunitReport } from '../../../../scripts/test-run/read-junit-report.ts'

const report = (attributes: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" ${attributes} time="0.06">
  <testsuite name="tests/unit/a.test.ts" file="tests/unit/a.test.ts" tests="2" failures="1" skipped="0">
    <testsuite name="inner" file="tests/unit/a.test.ts" tests="1" failures="0" skipped="0"></testsuite>
  </testsuite>
  <testsuite name="tests/unit/b.test.ts" file="tests/unit/b.test.ts" tests="3" failures="0" skipped="1">
  </testsuite>
</testsuites>
`

test('counts what the report proves, and names its files once', () => {
  expect(readJunitReport(report('tests="5" assertions="9" failures="1" skipped="1"'))).toEqual({
    passed: 3,
    failed: 1,
    skipped: 1,
    files: new Set(['tests/unit/a.test.ts', 'tests/unit/b.test.ts']),
  })
})

test('is not taken in by a report that breaks off', () => {
  const whole = report('tests="5" failures="0" skipped="0"')
  expect(readJunitReport(whole.slice(0, whole.length / 2))).toBeUndefined()
})

test('reads nothing from a report without counts, or from something else', () => {
  expect(readJunitReport(report('tests="5" skipped="0"'))).toBeUndefined()
  expect(readJunitReport('5 passed, 0 failed')).toBeUndefined()
  expect(readJunitReport('')).toBeUndefined()
})

import type { TestFolder } from './find-test-folders.ts'
import { readJunitReport } from './read-junit-report.ts'

/** How the runner of one folder ended. */
export interface TestRunEnd {
  /** The report that it wrote; undefined when there is none. */
  readonly report: string | undefined
  readonly exitCode: number | null
  readonly signal: string | null
  /** Command lines of processes that were still there afterwards. */
  readonly leftBehind: readonly string[]
}

/** Counts, and what is wrong beyond the failed tests themselves. Each such problem is one of `failed`. */
export interface TestVerdict {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly problems: readonly string[]
}

/**
 * Judges one folder. Only what the report proves counts as passed; everything that the report cannot show is a failure:
 * a crash, a test file that is not in it (it threw while it was loaded, or has no test), a bad end without a failed
 * test, processes that were left behind.
 */
export const judgeTestRun = (folder: TestFolder, end: TestRunEnd): TestVerdict => {
  const report = end.report === undefined ? undefined : readJunitReport(end.report)
  if (report === undefined) {
    const problem = `the runner ended without a report (${describeEnd(end)})`
    return withProblems({ passed: 0, failed: 0, skipped: 0 }, [problem, ...leftBehind(end)])
  }
  const missing = folder.files
    .filter((file) => !report.files.has(file))
    .map((file) => `${file} did not run: it could not be loaded, or has no test`)
  const isBadEnd = end.exitCode !== 0 && report.failed + missing.length === 0
  const badEnd = isBadEnd ? [`no test failed, but the runner did (${describeEnd(end)})`] : []
  return withProblems(report, [...missing, ...badEnd, ...leftBehind(end)])
}

/** All folders together. No test at all is a failure. */
export const sumVerdicts = (verdicts: readonly TestVerdict[]): TestVerdict => {
  const sum = verdicts.reduce(
    (total, verdict) => ({
      passed: total.passed + verdict.passed,
      failed: total.failed + verdict.failed,
      skipped: total.skipped + verdict.skipped,
      problems: [...total.problems, ...verdict.problems],
    }),
    { passed: 0, failed: 0, skipped: 0, problems: [] as readonly string[] },
  )
  if (sum.passed + sum.failed > 0) return sum
  return { ...sum, failed: 1, problems: ['no test was run'] }
}

/** The last line of a run: `12 passed, 0 failed`, and the skipped ones where there are any. */
export const verdictLine = ({ passed, failed, skipped }: TestVerdict): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`

const withProblems = (
  { passed, failed, skipped }: Pick<TestVerdict, 'passed' | 'failed' | 'skipped'>,
  problems: readonly string[],
): TestVerdict => ({ passed, failed: failed + problems.length, skipped, problems })

const leftBehind = (end: TestRunEnd): readonly string[] =>
  end.leftBehind.length === 0 ? [] : [`processes were left behind: ${end.leftBehind.join('; ')}`]

const describeEnd = ({ exitCode, signal }: TestRunEnd): string =>
  signal ?? `exit code ${exitCode ?? 'unknown'}`

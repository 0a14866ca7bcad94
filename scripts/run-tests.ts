// Runs every test of the house, one folder after the other, each in a process of its own.
// Words after the command are names of folders: `bun scripts/run-tests.ts unit service`.
// The last line is `N passed, N failed`; the exit code is 0 only when tests ran and none failed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findTestFolders } from './test-run/find-test-folders.ts'
import { runTestFolder } from './test-run/run-test-folder.ts'
import { judgeTestRun, sumVerdicts, verdictLine } from './test-run/test-verdict.ts'
import type { TestVerdict } from './test-run/test-verdict.ts'

const REPOSITORY = join(import.meta.dir, '..')
const WIND_DOWN_MS = 3_000

const main = async (wanted: readonly string[]): Promise<number> => {
  const folders = findTestFolders(REPOSITORY)
  const unknown = wanted.filter((name) => !folders.some((folder) => folder.name === name))
  if (unknown.length > 0) {
    console.error(`There are no tests in tests/${unknown.join(', tests/')}.`)
    return 2
  }
  const cancelled = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => cancelled.abort())
  const temporaryDirectory = mkdtempSync(join(tmpdir(), 'skein-test-'))
  const verdicts: TestVerdict[] = []
  for (const folder of folders.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    if (cancelled.signal.aborted) break
    console.log(`\n── tests/${folder.name} ──`)
    const end = await runTestFolder(folder, {
      repository: REPOSITORY,
      temporaryDirectory,
      signal: cancelled.signal,
      output: 'inherit',
      windDownMs: WIND_DOWN_MS,
    })
    const verdict = judgeTestRun(folder, end)
    verdicts.push(verdict)
    console.log(`tests/${folder.name}: ${verdictLine(verdict)}`)
  }
  rmSync(temporaryDirectory, { recursive: true, force: true })
  const sum = sumVerdicts(verdicts)
  console.log(['', ...sum.problems.map((problem) => `✗ ${problem}`), verdictLine(sum)].join('\n'))
  if (cancelled.signal.aborted) return 130
  return sum.failed === 0 ? 0 : 1
}

process.exit(await main(process.argv.slice(2)))

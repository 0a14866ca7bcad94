import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findMarkedProcesses } from './find-marked-processes.ts'
import type { MarkedProcess } from './find-marked-processes.ts'
import type { TestFolder } from './find-test-folders.ts'
import type { TestRunEnd } from './test-verdict.ts'

export interface TestRunPlace {
  readonly repository: string
  /** A directory of this run alone; it is the tests' TMPDIR and so the mark of every process that they start. */
  readonly temporaryDirectory: string
  readonly signal: AbortSignal
  readonly output: 'inherit' | 'ignore'
  /** How long what the tests have stopped may take to be gone. */
  readonly windDownMs: number
}

/** A folder that takes longer hangs. */
const LONGEST_RUN_MS = 20 * 60_000
const LOOK_EVERY_MS = 100

/** Runs the tests of one folder in a Bun of their own, its output passed on. Nothing that they started is left. */
export const runTestFolder = async (folder: TestFolder, place: TestRunPlace): Promise<TestRunEnd> => {
  const { repository, temporaryDirectory, signal } = place
  const reportPath = join(temporaryDirectory, `${folder.name}.xml`)
  const runner = Bun.spawn(
    [
      process.execPath,
      'test',
      `./tests/${folder.name}/`,
      '--reporter=junit',
      `--reporter-outfile=${reportPath}`,
    ],
    {
      cwd: repository,
      env: { ...process.env, TMPDIR: temporaryDirectory },
      stdin: 'ignore',
      stdout: place.output,
      stderr: place.output,
      timeout: LONGEST_RUN_MS,
      killSignal: 'SIGKILL',
      signal,
    },
  )
  await runner.exited
  const leftBehind = await endProcesses(temporaryDirectory, place.windDownMs)
  return {
    report: existsSync(reportPath) ? readFileSync(reportPath, 'utf8') : undefined,
    exitCode: runner.exitCode,
    signal: runner.signalCode === null ? null : String(runner.signalCode),
    leftBehind: leftBehind.map(({ commandLine }) => commandLine),
  }
}

/** Kills what is still there after a while; returns that. */
const endProcesses = async (marker: string, windDownMs: number): Promise<readonly MarkedProcess[]> => {
  const deadline = performance.now() + windDownMs
  while (findMarkedProcesses(marker).length > 0 && performance.now() < deadline)
    await Bun.sleep(LOOK_EVERY_MS)
  const left = findMarkedProcesses(marker)
  for (const { processId } of left) {
    try {
      process.kill(processId, 'SIGKILL')
    } catch {
      // It ended by itself just now.
    }
  }
  return left
}

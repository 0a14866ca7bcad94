import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { REPOSITORY } from '../support/source-files.ts'

export interface SkeinRun {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the real `skein` in a process of its own, on a data directory, until it ends. */
export const runSkein = async (home: string, ...words: readonly string[]): Promise<SkeinRun> => {
  const run = Bun.spawn([process.execPath, join(REPOSITORY, 'scripts/skein/main.ts'), ...words], {
    env: { PATH: process.env['PATH'], HOME: home, TMPDIR: tmpdir(), SKEIN_HOME: home, NO_COLOR: '1' },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr] = await Promise.all([
    new Response(run.stdout).text(),
    new Response(run.stderr).text(),
  ])
  return { exitCode: await run.exited, stdout, stderr }
}

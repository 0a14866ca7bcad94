import { join } from 'node:path'
import { startChildProcess } from '@shared/process/child-process.ts'
import type { ChildProcess } from '@shared/process/child-process.ts'
import { eventually } from '@skein/tests/support/eventually.ts'

const REPOSITORY = join(import.meta.dir, '../../..')

export interface BenchProcess {
  readonly processId: number
  readonly port: number
  stop(): Promise<void>
}

export interface BenchProcessOptions {
  readonly parameters?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Finds the port in a line. */
  readonly portIn: RegExp
  /** Every line that it writes. */
  readonly onLine?: (line: string) => void
}

/** Starts a script of the repository and waits for the port that it prints. */
export const startBenchProcess = async (
  script: string,
  options: BenchProcessOptions,
): Promise<BenchProcess> => {
  let port = 0
  const firstLines: string[] = []
  const child: ChildProcess = startChildProcess({
    command: [process.execPath, join(REPOSITORY, script), ...(options.parameters ?? [])],
    environment: { PATH: Bun.env['PATH'], HOME: Bun.env['HOME'], ...options.environment },
    onLine(line) {
      options.onLine?.(line)
      if (port > 0) return
      firstLines.push(line)
      port = Number(options.portIn.exec(line)?.[1] ?? 0)
    },
  })
  try {
    await eventually(`${script} is up`, () => port > 0)
  } catch (error) {
    await child.stop(0)
    throw new Error(`${script} did not come up:\n${firstLines.slice(-20).join('\n')}`, { cause: error })
  }
  return { processId: child.processId, port, stop: () => child.stop(1000) }
}

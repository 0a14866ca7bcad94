import { Fault } from '@shared/fault/fault.ts'
import { startChildProcess } from '@shared/process/child-process.ts'
import { flagsOfHelp } from './llama-server-arguments.ts'

/** What a llama-server binary says of itself. */
export interface LlamaServerFacts {
  /** `0.5.0-skein.1` of our own build, `0.5.0 (build 0, commit de3ff81)` of another. */
  readonly version: string
  readonly flags: ReadonlySet<string>
  /** Built from our patched source: it keeps a batch under a second by itself. */
  readonly hasTimedBatches: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** @throws Fault `not_supported` when it does not run here */
export const readLlamaServerFacts = async (
  binaryPath: string,
  environment: Environment,
): Promise<LlamaServerFacts> => {
  const [versionLines, helpLines] = await Promise.all([
    outputOf([binaryPath, '--version'], environment),
    outputOf([binaryPath, '--help'], environment),
  ])
  const version = versionLines.map((line) => /^version:\s*(.+)$/.exec(line)?.[1]).find(Boolean)
  const own = /commit ([\w.]+-skein\.\d+)/.exec(version ?? '')?.[1]
  return {
    version: own ?? version ?? 'unknown',
    flags: flagsOfHelp(helpLines.join('\n')),
    hasTimedBatches: own !== undefined,
  }
}

/**
 * Graphics devices that the binary can compute with, by its own names (`CUDA0`, `MTL0`), best first. None where it can use
 * the processor alone.
 * @throws Fault `not_supported` when it does not run here
 */
export const readLlamaServerDevices = async (
  binaryPath: string,
  environment: Environment,
): Promise<readonly string[]> => {
  const lines = await outputOf([binaryPath, '--list-devices'], environment)
  // `  CUDA0: NVIDIA … (81920 MiB, 80000 MiB free)`. BLAS is a library of the processor's.
  return lines.flatMap((line) => /^ {2}(?!BLAS|CPU)(\w+): /.exec(line)?.[1] ?? [])
}

const outputOf = async (
  command: readonly [string, ...string[]],
  environment: Environment,
): Promise<readonly string[]> => {
  const lines: string[] = []
  const exit = await runToEnd(command, environment, (line) => lines.push(line))
  if (exit.code === 0) return lines
  throw new Fault(
    'not_supported',
    `${command.join(' ')} does not run here: ${lines.at(-1) ?? exit.signal ?? `exit code ${exit.code}`}`,
  )
}

const runToEnd = async (
  command: readonly [string, ...string[]],
  environment: Environment,
  onLine: (line: string) => void,
): Promise<{ readonly code: number | null; readonly signal: string | null }> => {
  try {
    return await startChildProcess({ command, environment, onLine, endsWithParent: true }).exited
  } catch (error) {
    throw new Fault('not_supported', `${command[0]} cannot be started.`, { cause: error })
  }
}

import { createLineSplitter } from '@shared/process/line-splitter.ts'

export interface BuildCommand {
  readonly command: readonly [string, ...string[]]
  readonly workingDirectory: string
  /** The command's whole environment. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Stops the command and all that it started. */
  readonly signal: AbortSignal
  /** Every line of either stream, without colours. */
  readonly onLine: (line: string) => void
}

const STOP_GRACE_MS = 2000

/**
 * Runs one tool to its end.
 * @returns its exit code, 128 when a signal ended it
 * @throws the signal's reason when it fired
 */
export const runBuildCommand = async (options: BuildCommand): Promise<number> => {
  const { signal } = options
  signal.throwIfAborted()
  // A group of its own: cmake starts make, which starts compilers, and all of them have to go at once.
  const child = Bun.spawn([...options.command], {
    cwd: options.workingDirectory,
    env: { ...options.environment },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    detached: true,
  })
  let lastResort: ReturnType<typeof setTimeout> | undefined
  const stop = (): void => {
    // Asked nicely, make and the compilers delete what is half written; killed, they would leave it for the next build.
    signalGroup(child.pid, 'SIGTERM')
    lastResort = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), STOP_GRACE_MS)
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    await Promise.all([
      readLines(child.stdout, options.onLine),
      readLines(child.stderr, options.onLine),
      child.exited,
    ])
  } finally {
    signal.removeEventListener('abort', stop)
    clearTimeout(lastResort)
  }
  signal.throwIfAborted()
  return child.exitCode ?? 128
}

const signalGroup = (processId: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-processId, signal)
  } catch {
    // It ended by itself a moment ago.
  }
}

const readLines = async (
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> => {
  const lines = createLineSplitter((line) => onLine(Bun.stripANSI(line)))
  const decoder = new TextDecoder()
  for await (const chunk of stream) lines.write(decoder.decode(chunk, { stream: true }))
  lines.end()
}

import { createLineSplitter } from './line-splitter.ts'
import { GUARD_RELEASE, guardedCommand } from './parent-guard.ts'

/** How a child ended: `SIGSEGV`, or its exit code. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: string | null
}

export interface ChildProcessOptions {
  readonly command: readonly [string, ...string[]]
  /** The child's whole environment. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly workingDirectory?: string
  /**
   * Gives the child a process group of its own: a Ctrl-C in the terminal reaches only us, and processes that the child
   * leaves behind are killed when it is gone.
   */
  readonly ownProcessGroup?: boolean
  /**
   * Kills the child when this process is gone, also when it was killed itself: for programs that do not look after
   * that (those with a message channel can wait for its end). POSIX only.
   */
  readonly endsWithParent?: boolean
  /** Opens a two-way channel of structured messages (Bun and Node children only). */
  readonly onMessage?: (message: unknown) => void
  /** Every line that the child writes to either stream. */
  readonly onLine: (line: string) => void
}

/** One running child whose output is read, whose end is seen, and who does not outlive its stop. */
export interface ChildProcess {
  readonly processId: number
  /** Resolves, never rejects, when the child is gone and its output read. */
  readonly exited: Promise<ProcessExit>
  /** Sends over the channel; false when the child is gone. */
  send(message: unknown): boolean
  /** SIGTERM, and SIGKILL when it is still there after `graceMs`. Resolves when it is gone. */
  stop(graceMs: number): Promise<void>
  kill(signal: NodeJS.Signals): void
}

export const startChildProcess = (options: ChildProcessOptions): ChildProcess => {
  const { onMessage } = options
  const { endsWithParent = false } = options
  const child = Bun.spawn([...(endsWithParent ? guardedCommand(options.command) : options.command)], {
    env: { ...options.environment },
    ...(options.workingDirectory === undefined ? {} : { cwd: options.workingDirectory }),
    detached: options.ownProcessGroup ?? false,
    stdin: endsWithParent ? 'pipe' : 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    ...(onMessage === undefined
      ? {}
      : { ipc: (message: unknown) => onMessage(message), serialization: 'advanced' as const }),
  })
  const output = Promise.all([
    readLines(child.stdout, options.onLine),
    readLines(child.stderr, options.onLine),
  ])
  // A grandchild may hold the pipes open after the child is gone: do not wait for it for ever.
  const exited = child.exited
    .then(() => {
      if (child.stdin !== undefined) releaseGuard(child.stdin)
      if (options.ownProcessGroup) killProcessGroup(child.pid)
    })
    .then(() => Promise.race([output, Bun.sleep(500)]))
    .then((): ProcessExit => ({
      code: child.exitCode,
      signal: child.signalCode === null ? null : String(child.signalCode),
    }))
  return {
    processId: child.pid,
    exited,
    send(message) {
      if (onMessage === undefined || child.exitCode !== null || child.signalCode !== null) return false
      try {
        child.send(message)
        return true
      } catch {
        return false
      }
    },
    async stop(graceMs) {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await exited
      clearTimeout(timer)
    },
    kill: (signal) => child.kill(signal),
  }
}

const readLines = async (
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> => {
  const lines = createLineSplitter(onLine)
  const decoder = new TextDecoder()
  for await (const chunk of stream) lines.write(decoder.decode(chunk, { stream: true }))
  lines.end()
}

const releaseGuard = (pipe: Bun.FileSink): void => {
  try {
    pipe.write(GUARD_RELEASE)
    void Promise.resolve(pipe.end()).catch(() => undefined)
  } catch {
    // The guard is gone as well.
  }
}

const killProcessGroup = (leader: number): void => {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // ESRCH: nobody was left, which is the rule.
  }
}

import { fileURLToPath } from 'node:url'
import type { Log } from '@shared/log/create-log.ts'
import { startChildProcess } from '@shared/process/child-process.ts'
import { createRecentLines } from '@shared/process/recent-lines.ts'
import type { EngineOrder, EngineReport, EngineReports } from './engine-messages.ts'

export interface EngineProcessOptions {
  /** The whole environment, beside what is set here. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: Log
  readonly onReport: (report: EngineReport) => void
}

/** A running engine process, without a model at first. */
export interface EngineProcess {
  readonly processId: number
  /** Resolves, never rejects, with the reason when the process is gone: `SIGSEGV`, `exit code 1`, or what `kill` was told. */
  readonly exited: Promise<string>
  /** False when the process is gone. */
  send(order: EngineOrder): boolean
  /** What it wrote last. */
  recentLines(): readonly string[]
  /** Ends it at once. @param reason for `exited` */
  kill(reason: string): void
  /** Ends it and waits until it is gone. Idempotent. */
  stop(): Promise<void>
}

const CHILD_FILE = fileURLToPath(new URL('engine-child-main.ts', import.meta.url))
const LINES_KEPT = 100
const GRACE_MS = 2000
/**
 * Its event loop is free while the engine computes, so a process that leaves this many questions in a row unanswered hangs
 * in something that will not end (a chat template can hold a loop).
 */
const PING_EVERY_MS = 10_000
const MOST_UNANSWERED = 6

export const startEngineProcess = ({ environment, log, onReport }: EngineProcessOptions): EngineProcess => {
  const lines = createRecentLines(LINES_KEPT)
  let killReason: string | undefined
  let unanswered = 0
  const child = startChildProcess({
    command: [process.execPath, CHILD_FILE],
    // Without the first, ggml starts a debugger to print where it aborted.
    environment: { GGML_NO_BACKTRACE: '1', ...environment },
    ownProcessGroup: true,
    endsWithParent: true,
    onMessage(message) {
      unanswered = 0
      // Both ends of the channel are built from the same types.
      for (const report of message as EngineReports) onReport(report)
    },
    onLine(line) {
      lines.push(line)
      log.debug({ line }, 'engine')
    },
  })
  const kill = (reason: string): void => {
    killReason ??= reason
    child.kill('SIGKILL')
  }
  const timer = setInterval(() => {
    unanswered += 1
    if (unanswered > MOST_UNANSWERED) kill('it no longer answered')
    else child.send({ type: 'ping' } satisfies EngineOrder)
  }, PING_EVERY_MS)
  const exited = child.exited.then(({ code, signal }) => {
    clearInterval(timer)
    return killReason ?? signal ?? `exit code ${code}`
  })
  return {
    processId: child.processId,
    exited,
    send: (order) => child.send(order),
    recentLines: () => lines.all(),
    kill,
    async stop() {
      killReason ??= 'closed'
      await child.stop(GRACE_MS)
    },
  }
}

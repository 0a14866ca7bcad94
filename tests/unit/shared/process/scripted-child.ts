import type { ChildProcess, ProcessExit } from '@shared/process/child-process.ts'

/** A child without a process: the test says what it writes and when it ends. */
export interface ScriptedChild {
  readonly child: ChildProcess
  write(line: string): void
  end(exit: ProcessExit): void
  /** Signals that it got, in order. */
  readonly signals: readonly string[]
}

export const createScriptedChild = (processId: number, onLine: (line: string) => void): ScriptedChild => {
  const { promise: exited, resolve } = Promise.withResolvers<ProcessExit>()
  const signals: string[] = []
  return {
    child: {
      processId,
      exited,
      send: () => false,
      async stop() {
        signals.push('SIGTERM')
        await exited
      },
      kill(signal) {
        signals.push(signal)
        if (signal === 'SIGKILL') resolve({ code: null, signal: 'SIGKILL' })
      },
    },
    write: onLine,
    end: resolve,
    signals,
  }
}

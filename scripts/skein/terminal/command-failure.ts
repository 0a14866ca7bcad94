/** Exit codes of `skein`. 130 is what a shell calls a command that Ctrl-C ended. */
export const EXIT_CODE = { done: 0, failed: 1, usage: 2, cancelled: 130 } as const

export type ExitCode = (typeof EXIT_CODE)[keyof typeof EXIT_CODE]

export interface CommandFailureOptions {
  /** What to do about it: one sentence or a command line. */
  readonly nextStep?: string
  readonly exitCode?: ExitCode
  readonly cause?: unknown
  /** What the command has printed says it all: only the exit code is left to give. */
  readonly isTold?: true
}

/** Ends a command with one line that says why, and the next step. */
export class CommandFailure extends Error {
  readonly nextStep: string | undefined
  readonly exitCode: ExitCode
  readonly isTold: boolean

  constructor(message: string, options: CommandFailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CommandFailure'
    this.nextStep = options.nextStep
    this.exitCode = options.exitCode ?? EXIT_CODE.failed
    this.isTold = options.isTold ?? false
  }
}

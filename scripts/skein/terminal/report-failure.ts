import { Fault } from '@shared/fault/fault.ts'
import colors from 'picocolors'
import { CommandFailure, EXIT_CODE } from './command-failure.ts'
import type { ExitCode } from './command-failure.ts'
import type { Terminal } from './terminal.ts'

export interface FailureOutput {
  readonly terminal: Terminal
  /** One JSON object on standard output instead of lines for people. */
  readonly isJson: boolean
}

/** Says why a command failed, in one red line and a next step. Returns the exit code. */
export const reportFailure = (thrown: unknown, { terminal, isJson }: FailureOutput): ExitCode => {
  const failure = commandFailureOf(thrown)
  if (failure.isTold) return failure.exitCode
  if (isJson) {
    const { message, nextStep } = failure
    terminal.print(JSON.stringify({ error: { message, ...(nextStep === undefined ? {} : { nextStep }) } }))
    return failure.exitCode
  }
  terminal.note(`${colors.red('error:')} ${colors.red(failure.message)}`)
  if (failure.nextStep !== undefined) terminal.note(failure.nextStep)
  if (failure.cause instanceof Error && !(thrown instanceof CommandFailure))
    terminal.note(failure.cause.stack ?? '')
  return failure.exitCode
}

const commandFailureOf = (thrown: unknown): CommandFailure => {
  if (thrown instanceof CommandFailure) return thrown
  if (thrown instanceof Fault) return new CommandFailure(thrown.message)
  if (thrown instanceof Error && thrown.name === 'AbortError')
    return new CommandFailure('cancelled', { exitCode: EXIT_CODE.cancelled })
  return new CommandFailure(thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
}

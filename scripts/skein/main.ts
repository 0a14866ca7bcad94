#!/usr/bin/env bun
/** The `skein` command line: reads the environment, runs one command, ends with its exit code. */
import { CommanderError } from 'commander'
import { createProgram } from './create-program.ts'
import { EXIT_CODE } from './terminal/command-failure.ts'
import type { ExitCode } from './terminal/command-failure.ts'
import { reportFailure } from './terminal/report-failure.ts'
import { processTerminal } from './terminal/terminal.ts'

const runCommand = async (): Promise<ExitCode> => {
  try {
    await createProgram({ terminal: processTerminal, environment: process.env }).parseAsync()
    return EXIT_CODE.done
  } catch (thrown) {
    // Commander has said itself what was wrong.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT_CODE.done : EXIT_CODE.usage
    return reportFailure(thrown, { terminal: processTerminal, isJson: process.argv.includes('--json') })
  }
}

/** A reader that went away (`| head`) is no failure; there is nobody left to tell. */
process.stdout.on('error', () => process.exit(EXIT_CODE.done))

const exitCode = await runCommand()
// What is still on its way into a pipe would be lost.
await new Promise<void>((resolve) => process.stdout.end(() => resolve()))
process.exit(exitCode)

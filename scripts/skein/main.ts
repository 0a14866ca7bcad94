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

process.exit(await runCommand())

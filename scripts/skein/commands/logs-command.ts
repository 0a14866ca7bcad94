import { SERVICE_NAMES } from '@shared/contracts/service-name.ts'
import { systemClock } from '@shared/process/clock.ts'
import { createLineSplitter } from '@shared/process/line-splitter.ts'
import type { Command } from 'commander'
import { followFile } from '../node/follow-file.ts'
import { logPathOf } from '../node/node-paths.ts'
import { readLogTail } from '../node/read-log-tail.ts'
import { CommandFailure, EXIT_CODE } from '../terminal/command-failure.ts'
import { parseCount } from '../terminal/parse-number.ts'
import { prettyLogLine } from '../terminal/pretty-log-line.ts'
import { cancelOnSignal } from './cancel-on-signal.ts'
import { localPaths, withExamples } from './command-context.ts'
import type { CommandContext } from './command-context.ts'
import { PROGRAM } from '../terminal/program-name.ts'

interface LogsOptions {
  readonly follow?: true
  readonly lines: number
  readonly json?: true
}

/** `skein` is what the supervisor of a node in the background said. */
const WRITERS: readonly string[] = [...SERVICE_NAMES, 'skein']

/** `skein logs`: what the services of the node of this machine wrote. */
export const addLogsCommand = (program: Command, context: CommandContext): void => {
  const command = program
    .command('logs')
    .argument('[service]', `one of ${WRITERS.join(', ')}; all services when absent`)
    .description('what the services of the node of this machine wrote')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('-n, --lines <n>', 'how many of the last lines', parseCount, 50)
    .option('--json', 'the lines as they were written')
    .action((service: string | undefined, options: LogsOptions) => showLogs(service, options, context))
  withExamples(
    command,
    `${PROGRAM} logs`,
    `${PROGRAM} logs chat -f`,
    `${PROGRAM} logs router -n 1000 --json | jq .msg`,
  )
}

const showLogs = async (
  service: string | undefined,
  options: LogsOptions,
  context: CommandContext,
): Promise<void> => {
  if (service !== undefined && !WRITERS.includes(service))
    throw new CommandFailure(`There is no service '${service}'.`, {
      nextStep: `The logs are: ${WRITERS.join(', ')}.`,
      exitCode: EXIT_CODE.usage,
    })
  const print = (line: string): void => context.terminal.print(options.json ? line : prettyLogLine(line))
  const paths = (service === undefined ? SERVICE_NAMES : [service]).map((name) =>
    logPathOf(localPaths(context), name),
  )
  const tails = paths.map((path) => ({ path, ...readLogTail(path, options.lines) }))
  for (const line of inOrderOfTime(tails.map(({ lines }) => lines)).slice(-options.lines)) print(line)
  if (!options.follow) return
  const signal = cancelOnSignal()
  await Promise.all(
    tails.map(({ path, end }) => {
      const { write } = createLineSplitter(print)
      return followFile(path, { start: end, onText: write, clock: systemClock, signal })
    }),
  )
}

/** Lines of several logs as one. A line without a time (of a native engine) stays behind the one before it. */
const inOrderOfTime = (logs: readonly (readonly string[])[]): readonly string[] =>
  logs
    .flatMap((lines) => {
      let time = ''
      return lines.map((line) => {
        time = /"time":"([^"]+)"/.exec(line)?.[1] ?? time
        return { time, line }
      })
    })
    .toSorted((left, right) => (left.time < right.time ? -1 : Number(left.time > right.time)))
    .map(({ line }) => line)

import { Option } from 'commander'
import type { Command } from 'commander'
import { createNodeClient } from '../client/node-client.ts'
import { whenNodeOpens } from '../client/when-node-opens.ts'
import { ensureFirstModel, findFirstModel } from '../node/first-model.ts'
import type { FirstModel } from '../node/first-model.ts'
import { findRunningNode } from '../node/node-record.ts'
import { parseLoopbackHost } from '../node/public-door.ts'
import { readyNotice } from '../node/ready-notice.ts'
import { alreadyRunning, runNode } from '../node/run-node.ts'
import type { NodeRun } from '../node/run-node.ts'
import { startDetached } from '../node/start-detached.ts'
import { createStartProgress } from '../node/start-progress.ts'
import { parsePort } from '../terminal/parse-number.ts'
import { localPaths, withExamples } from './command-context.ts'
import type { CommandContext } from './command-context.ts'
import { PROGRAM } from '../terminal/program-name.ts'

const LOOK_TIMEOUT_MS = 10_000

interface UpOptions {
  readonly port: number
  readonly host: string
  readonly detach?: true
  readonly json?: true
  readonly testModel: boolean
}

/** `skein up`: runs the node of this machine. */
export const addUpCommand = (program: Command, context: CommandContext): void => {
  const command = program
    .command('up')
    .description('run the node of this machine until Ctrl-C (again: at once)')
    .addOption(
      new Option('--port <n>', 'port of the public door; 0: any free one')
        .argParser(parsePort)
        .default(8080)
        .env('ROUTER_PORT'),
    )
    .addOption(
      new Option('--host <address>', 'loopback address of the public door')
        .default('127.0.0.1')
        .env('ROUTER_HOST'),
    )
    .option('--detach', `run in the background; ${PROGRAM} stop ends it`)
    .option('--no-test-model', 'do not write the test model when no other is found')
    .option('--json', 'one line of JSON when the node is ready')
    .action((options: UpOptions) =>
      options.detach ? upDetached(options, context) : upHere(options, context),
    )
  withExamples(
    command,
    `${PROGRAM} up`,
    `${PROGRAM} up --port 9090 --detach`,
    `SKEIN_HOME=/data/skein ${PROGRAM} up --json`,
  )
}

const upHere = async (options: UpOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const { home } = localPaths(context)
  const host = parseLoopbackHost(options.host)
  terminal.note(`Skein starts; its data is in ${home}`)
  const run = runNode({
    home,
    host,
    port: options.port,
    environment: context.environment,
    onEvent: createStartProgress(terminal, () => performance.now()),
    onWarning: (message) => terminal.note(message),
  })
  const stopped = stopOnSignal(run, context)
  try {
    await run.answering
    await announce(run, options, { ...context, signal: stopped.signal })
  } catch (error) {
    if (!stopped.signal.aborted) {
      await run.stop()
      throw error
    }
  }
  await stopped.whenStopped
}

/** A terminal that goes away (SIGHUP) is a reason to stop like any other. */
const stopOnSignal = (run: NodeRun, { terminal }: CommandContext) => {
  const stopping = new AbortController()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const stop = (): void => {
    terminal.note(
      stopping.signal.aborted
        ? 'Stopping at once.'
        : 'Stopping: requests in flight may finish. Once more, and they may not.',
    )
    stopping.abort()
    run.stop().then(resolve, reject)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  return { signal: stopping.signal, whenStopped: promise }
}

const announce = async (
  run: NodeRun,
  options: UpOptions,
  context: CommandContext & { readonly signal: AbortSignal },
): Promise<void> => {
  const client = createNodeClient(run.url)
  await whenNodeOpens(client, context.signal)
  const model = options.testModel
    ? await ensureFirstModel(client, run.paths.models, context.signal)
    : await findFirstModel(client, context.signal)
  run.declareReady()
  printReady({ url: run.url, pid: process.pid, model }, options, context)
}

const upDetached = async (options: UpOptions, context: CommandContext): Promise<void> => {
  const paths = localPaths(context)
  const host = parseLoopbackHost(options.host)
  if (findRunningNode(paths) !== undefined) throw alreadyRunning(paths)
  context.terminal.note('Skein starts in the background')
  const { url, pid } = await startDetached({
    home: paths.home,
    arguments: [
      `--host=${host}`,
      `--port=${options.port}`,
      ...(options.testModel ? [] : ['--no-test-model']),
    ],
    environment: { ...context.environment, SKEIN_HOME: paths.home },
  })
  const model = await findFirstModel(createNodeClient(url), AbortSignal.timeout(LOOK_TIMEOUT_MS))
  printReady({ url, pid, model }, options, context)
}

interface ReadyFacts {
  readonly url: string
  readonly pid: number
  readonly model: FirstModel | undefined
}

const printReady = ({ url, pid, model }: ReadyFacts, options: UpOptions, context: CommandContext): void => {
  const { home, models } = localPaths(context)
  const text = options.json
    ? JSON.stringify({ url, pid, home, model: model ?? null })
    : readyNotice({ url, modelsDirectory: models, model })
  context.terminal.print(text)
}

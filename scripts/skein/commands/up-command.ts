import { Option } from 'commander'
import type { Command } from 'commander'
import { createNodeClient } from '../client/node-client.ts'
import { whenNodeOpens } from '../client/when-node-opens.ts'
import { ensureFirstModel, findFirstModel } from '../node/first-model.ts'
import type { FirstModel } from '../node/first-model.ts'
import { makeFirstKey, openKeyFile } from '../keys/first-key.ts'
import type { FirstKey } from '../keys/first-key.ts'
import { ownerSocketIn } from '../node/node-environment.ts'
import { findRunningNode } from '../node/node-record.ts'
import { LAN_HOST, planDoor } from '../node/public-door.ts'
import type { PublicDoor } from '../node/public-door.ts'
import { readyNotice } from '../node/ready-notice.ts'
import { alreadyRunning, runNode } from '../node/run-node.ts'
import type { NodeRun } from '../node/run-node.ts'
import { startDetached } from '../node/start-detached.ts'
import { createStartProgress } from '../node/start-progress.ts'
import { parsePort } from '../terminal/parse-number.ts'
import { qrCode } from '../terminal/qr-code.ts'
import { localPaths, withExamples } from './command-context.ts'
import type { CommandContext } from './command-context.ts'
import { PROGRAM } from '../terminal/program-name.ts'

const LOOK_TIMEOUT_MS = 10_000

interface UpOptions {
  readonly port: number
  readonly host: string
  readonly lan?: true
  readonly allowPublic?: true
  readonly requireKey?: true
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
      new Option('--host <address>', 'address of the public door; beyond loopback the node needs a key')
        .default('127.0.0.1')
        .env('ROUTER_HOST'),
    )
    .addOption(
      new Option('--lan', 'for other machines too, on all IPv4 addresses; makes the first key').conflicts(
        'host',
      ),
    )
    .option('--allow-public', 'also on addresses that the internet can reach')
    .option('--require-key', 'callers on this machine need a key too')
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
    `${PROGRAM} up --lan`,
    `SKEIN_HOME=/data/skein ${PROGRAM} up --json`,
  )
}

/** What must be settled before a node starts: where it listens, and with which key. */
interface Opening {
  readonly door: PublicDoor
  /** Made just now. */
  readonly firstKey: FirstKey | undefined
}

/** @throws CommandFailure, Fault where the node must not listen as it was told, saying what to type instead */
const prepareOpening = async (options: UpOptions, context: CommandContext): Promise<Opening> => {
  const paths = localPaths(context)
  if (findRunningNode(paths) !== undefined) throw alreadyRunning(paths)
  const ring = await openKeyFile(paths.home)
  const allowsPublic = options.allowPublic ?? isOn(context.environment['ROUTER_ALLOW_PUBLIC'])
  const plan = (hasGoodKey: boolean): PublicDoor =>
    planDoor({ host: options.lan ? LAN_HOST : options.host, allowsPublic, hasGoodKey })
  if (!options.lan) return { door: plan(ring.hasGoodKey()), firstKey: undefined }
  // Planned first: where it is refused, no key is made.
  const door = plan(true)
  return { door, firstKey: await makeFirstKey(ring) }
}

const isOn = (text: string | undefined): boolean => text === 'true' || text === '1'

/** Switches of the command line as the router reads them. */
const switchesOf = ({ allowPublic, requireKey }: UpOptions): Readonly<Record<string, string>> => ({
  ...(allowPublic ? { ROUTER_ALLOW_PUBLIC: 'true' } : {}),
  ...(requireKey ? { ROUTER_REQUIRE_KEY: 'true' } : {}),
})

const upHere = async (options: UpOptions, context: CommandContext): Promise<void> => {
  const opening = await prepareOpening(options, context)
  try {
    await runHere(opening, options, context)
  } catch (error) {
    await opening.firstKey?.takeBack()
    throw error
  }
}

const runHere = async (opening: Opening, options: UpOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const { home } = localPaths(context)
  terminal.note(`Skein starts; its data is in ${home}`)
  const run = runNode({
    home,
    door: opening.door,
    port: options.port,
    environment: { ...context.environment, ...switchesOf(options) },
    onEvent: createStartProgress(terminal, () => performance.now()),
    onWarning: (message) => terminal.note(message),
  })
  const stopped = stopOnSignal(run, context)
  try {
    await run.answering
    await announce(run, opening, options, { ...context, signal: stopped.signal })
  } catch (error) {
    if (stopped.signal.aborted) await opening.firstKey?.takeBack()
    else {
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
  { firstKey }: Opening,
  options: UpOptions,
  context: CommandContext & { readonly signal: AbortSignal },
): Promise<void> => {
  const client = createNodeClient(run.url, { ownerSocket: run.ownerSocket })
  await whenNodeOpens(client, context.signal)
  const model = options.testModel
    ? await ensureFirstModel(client, run.paths.models, context.signal)
    : await findFirstModel(client, context.signal)
  run.declareReady()
  const { lanUrls, url } = run
  printReady({ url, lanUrls, firstKey, pid: process.pid, model }, options, context)
}

/** The key is made and shown here: what the background says goes into a log. */
const upDetached = async (options: UpOptions, context: CommandContext): Promise<void> => {
  const { door, firstKey } = await prepareOpening(options, context)
  try {
    const { home } = localPaths(context)
    context.terminal.note('Skein starts in the background')
    const node = await startDetached({
      home,
      arguments: [
        `--host=${door.listenOn}`,
        `--port=${options.port}`,
        ...(options.testModel ? [] : ['--no-test-model']),
      ],
      environment: { ...context.environment, ...switchesOf(options), SKEIN_HOME: home },
    })
    const client = createNodeClient(node.url, { ownerSocket: ownerSocketIn(node.socketDirectory) })
    const model = await findFirstModel(client, AbortSignal.timeout(LOOK_TIMEOUT_MS))
    const { lanUrls = [], pid, url } = node
    printReady({ url, lanUrls, firstKey, pid, model }, options, context)
  } catch (error) {
    await firstKey?.takeBack()
    throw error
  }
}

interface ReadyFacts {
  readonly url: string
  readonly lanUrls: readonly string[]
  readonly firstKey: FirstKey | undefined
  readonly pid: number
  readonly model: FirstModel | undefined
}

const printReady = (facts: ReadyFacts, options: UpOptions, context: CommandContext): void => {
  const { terminal } = context
  const { home, models } = localPaths(context)
  const { lanUrls, model, pid, url } = facts
  const firstKey = facts.firstKey?.secret
  if (options.json) {
    const key = firstKey === undefined ? {} : { firstKey }
    return terminal.print(JSON.stringify({ url, lanUrls, ...key, pid, home, model: model ?? null }))
  }
  const isAskedHere = options.requireKey ?? isOn(context.environment['ROUTER_REQUIRE_KEY'])
  // Bound to one address of the network, not even this machine comes from loopback.
  const requiresKey = isAskedHere || lanUrls.includes(url)
  terminal.print(readyNotice({ url, lanUrls, firstKey, requiresKey, modelsDirectory: models, model }))
  if (firstKey !== undefined && terminal.isInteractive)
    terminal.print(`${qrCode(`${lanUrls[0] ?? url}/#key=${firstKey}`)}\n`)
}

import { SERVICE_NAMES } from '@shared/contracts/service-name.ts'
import type { Command } from 'commander'
import { findRunningNode } from '../node/node-record.ts'
import { CommandFailure } from '../terminal/command-failure.ts'
import { localPaths, withExamples } from './command-context.ts'
import type { CommandContext } from './command-context.ts'
import { PROGRAM } from '../terminal/program-name.ts'

interface StopOptions {
  readonly fast?: true
  readonly json?: true
}

/** The supervisor lets one service after the other drain, 25 s each at most. */
const GONE_WITHIN_MS = SERVICE_NAMES.length * 25_000 + 5_000
const LOOK_EVERY_MS = 50

/** `skein stop`: ends the node of this machine. */
export const addStopCommand = (program: Command, context: CommandContext): void => {
  const command = program
    .command('stop')
    .description('end the node of this machine; requests in flight may finish')
    .option('--fast', 'do not wait for them')
    .option('--json', 'JSON instead of text')
    .action((options: StopOptions) => stopNode(options, context))
  withExamples(command, `${PROGRAM} stop`, `${PROGRAM} stop --fast`)
}

const stopNode = async (options: StopOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const paths = localPaths(context)
  const node = findRunningNode(paths)
  if (node === undefined)
    throw new CommandFailure(`No node runs on ${paths.home}.`, { nextStep: `Start one: ${PROGRAM} up` })
  process.kill(node.pid, 'SIGTERM')
  // The second one means "at once". Not SIGTERM again: the kernel would make one of two that come together.
  if (options.fast) process.kill(node.pid, 'SIGINT')
  const deadline = performance.now() + GONE_WITHIN_MS
  while (findRunningNode(paths)?.pid === node.pid) {
    if (performance.now() > deadline)
      throw new CommandFailure(`Process ${node.pid} is still there.`, {
        nextStep: `${PROGRAM} stop --fast ends it now.`,
      })
    await Bun.sleep(LOOK_EVERY_MS)
  }
  terminal.print(
    options.json ? JSON.stringify({ stopped: true, pid: node.pid }) : `The node at ${node.url} has ended.`,
  )
}

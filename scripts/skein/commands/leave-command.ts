import type { Command } from 'commander'
import { mustAgree } from '../cluster/ask-person.ts'
import { Departure } from '../cluster/cluster-replies.ts'
import { PROGRAM } from '../terminal/program-name.ts'
import { cancelOnSignal } from './cancel-on-signal.ts'
import { connectNode, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'

interface LeaveOptions extends NodeOptions {
  readonly yes?: true
}

/** `skein leave`: this node goes from its cluster. */
export const addLeaveCommand = (program: Command, context: CommandContext): void => {
  const command = program
    .command('leave')
    .description('take this node out of its cluster; models and keys stay')
    .option('--yes', 'do not ask')
  withNodeOptions(command).action((options: LeaveOptions) => leave(options, context))
  withExamples(command, `${PROGRAM} leave`, `${PROGRAM} leave --yes`)
}

const leave = async (options: LeaveOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const attended = { ...context, signal: cancelOnSignal() }
  await mustAgree('Take this node out of its cluster?', options, attended)
  const call = { method: 'POST', path: '/v1/cluster/leave', reply: Departure } as const
  const left = await connectNode(options, context).call(call)
  terminal.print(
    options.json ? JSON.stringify(left) : 'This node is in no cluster any more; its keys still open it.',
  )
}

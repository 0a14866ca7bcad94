import type { Command } from 'commander'
import { DeletedModel } from '../client/node-replies.ts'
import { humanSize } from '../terminal/human-values.ts'
import { connectNode, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'
import { PROGRAM } from '../terminal/program-name.ts'

interface RmOptions extends NodeOptions {
  readonly force?: true
}

/** `skein rm MODEL`: deletes the file of a model. */
export const addRmCommand = (program: Command, context: CommandContext): void => {
  const command = program
    .command('rm')
    .argument('<model>')
    .description('delete the file of a model')
    .option('--force', 'even while it is in memory: it is unloaded first')
  withNodeOptions(command).action((model: string, options: RmOptions) => removeModel(model, options, context))
  withExamples(command, `${PROGRAM} rm skein-test-model`, `${PROGRAM} rm skein-test-model --force`)
}

const removeModel = async (name: string, options: RmOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const path = `/models/${encodeURIComponent(name)}${options.force ? '?force=true' : ''}`
  const deleted = await connectNode(options, context).call({ method: 'DELETE', path, reply: DeletedModel })
  if (options.json) terminal.print(JSON.stringify(deleted))
  else terminal.print(`${deleted.id} is deleted; ${humanSize(deleted.freedBytes ?? 0)} are free again`)
}

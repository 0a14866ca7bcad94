import type { Command } from 'commander'
import { InstalledModelList } from '../client/node-replies.ts'
import type { InstalledModel } from '../client/node-replies.ts'
import { formatTable } from '../terminal/format-table.ts'
import { humanSize } from '../terminal/human-values.ts'
import { connectNode, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'
import { PROGRAM } from '../terminal/program-name.ts'

/** `skein list`: the models that the node has. */
export const addListCommand = (program: Command, context: CommandContext): void => {
  const command = program.command('list').alias('ls').description('the models that the node has')
  withNodeOptions(command).action((options: NodeOptions) => listModels(options, context))
  withExamples(command, `${PROGRAM} list`, `${PROGRAM} list --json | jq -r ".data[].id"`)
}

const listModels = async (options: NodeOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const list = await connectNode(options, context).call({ path: '/models', reply: InstalledModelList })
  if (options.json) return terminal.print(JSON.stringify(list))
  if (list.data.length === 0)
    return terminal.print(`No models. ${PROGRAM} status shows the directory for GGUF files.`)
  terminal.print(
    formatTable(['MODEL', 'SIZE', 'QUANTIZATION', 'CONTEXT', 'CAN', 'STATE'], list.data.map(rowOf)),
  )
}

const rowOf = (model: InstalledModel): string[] => [
  model.id,
  humanSize(model.sizeBytes),
  model.quantization ?? '',
  String(model.contextLength ?? ''),
  model.capabilities.join(', '),
  model.state ?? '',
]

import type { Command } from 'commander'
import { ModelStates, isInMemory } from '../client/node-replies.ts'
import type { ModelState } from '../client/node-replies.ts'
import { formatTable } from '../terminal/format-table.ts'
import { humanDuration, humanSize } from '../terminal/human-values.ts'
import { connectNode, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'
import { PROGRAM } from '../terminal/program-name.ts'

/** `skein ps`: the models that are in memory. */
export const addPsCommand = (program: Command, context: CommandContext): void => {
  const command = program.command('ps').description('the models that are in memory')
  withNodeOptions(command).action((options: NodeOptions) => showLoadedModels(options, context))
  withExamples(command, `${PROGRAM} ps`, `${PROGRAM} ps --json`)
}

const showLoadedModels = async (options: NodeOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const { models } = await connectNode(options, context).call({ path: '/models/state', reply: ModelStates })
  const loaded = models.filter(isInMemory)
  if (options.json) return terminal.print(JSON.stringify({ models: loaded }))
  if (loaded.length === 0) return terminal.print('No model is in memory.')
  const rows = loaded.map((model) => rowOf(model, Date.now()))
  terminal.print(formatTable(['MODEL', 'STATE', 'ENGINE', 'MEMORY', 'REQUESTS', 'UNLOADS IN'], rows))
}

const rowOf = (model: ModelState, now: number): string[] => [
  model.id,
  model.state,
  model.engine ?? '',
  humanSize(model.memoryBytes ?? 0),
  String(model.activeRequests ?? 0),
  // Null means that keep-alive never unloads it.
  model.expiresAt ? humanDuration((Date.parse(model.expiresAt) - now) / 1000) : 'never',
]

import type { Command } from 'commander'
import type { NodeClient } from '../client/node-client.ts'
import { InstalledModelPage } from '../client/node-replies.ts'
import type { InstalledModel } from '../client/node-replies.ts'
import { formatTable } from '../terminal/format-table.ts'
import { humanSize } from '../terminal/human-values.ts'
import { connectNode, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'
import { PROGRAM } from '../terminal/program-name.ts'

const PAGE_SIZE = 100
/** Ten thousand models: whatever a node says, this ends. */
const MOST_PAGES = 100

/** `skein list`: the models that the node has. */
export const addListCommand = (program: Command, context: CommandContext): void => {
  const command = program.command('list').alias('ls').description('the models that the node has')
  withNodeOptions(command).action((options: NodeOptions) => listModels(options, context))
  withExamples(command, `${PROGRAM} list`, `${PROGRAM} list --json | jq -r ".data[].id"`)
}

const listModels = async (options: NodeOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const models = await allModels(connectNode(options, context))
  if (options.json) return terminal.print(JSON.stringify({ object: 'list', data: models }))
  if (models.length === 0)
    return terminal.print(`No models. ${PROGRAM} status shows the directory for GGUF files.`)
  terminal.print(formatTable(['MODEL', 'SIZE', 'QUANTIZATION', 'CONTEXT', 'CAN', 'STATE'], models.map(rowOf)))
}

const allModels = async (client: NodeClient): Promise<readonly InstalledModel[]> => {
  const models: InstalledModel[] = []
  let cursor = ''
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const path = `/models?limit=${PAGE_SIZE}&after=${encodeURIComponent(cursor)}`
    const { data, nextCursor } = await client.call({ path, reply: InstalledModelPage })
    models.push(...data)
    if (!nextCursor) break
    cursor = nextCursor
  }
  return models
}

const rowOf = (model: InstalledModel): string[] => [
  model.id,
  humanSize(model.sizeBytes),
  model.quantization ?? '',
  String(model.contextLength ?? ''),
  model.capabilities.join(', '),
  model.error ? `cannot be used: ${model.error}` : (model.state ?? ''),
]

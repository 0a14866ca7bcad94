import type { Command } from 'commander'
import { InstalledModel } from '../client/node-replies.ts'
import { humanSize } from '../terminal/human-values.ts'
import { printableText } from '../terminal/printable-text.ts'
import { connectNode, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'
import { PROGRAM } from '../terminal/program-name.ts'

/** `skein show MODEL`: what is known of one model. */
export const addShowCommand = (program: Command, context: CommandContext): void => {
  const command = program.command('show').argument('<model>').description('what is known of one model')
  withNodeOptions(command).action((model: string, options: NodeOptions) => showModel(model, options, context))
  withExamples(command, `${PROGRAM} show skein-test-model`, `${PROGRAM} show skein-test-model --json`)
}

const showModel = async (name: string, options: NodeOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const path = `/models/${encodeURIComponent(name)}`
  const model = await connectNode(options, context).call({ path, reply: InstalledModel })
  if (options.json) return terminal.print(JSON.stringify(model))
  terminal.print(
    factsOf(model)
      .map(([fact, value]) => `${fact.padEnd(14)}${printableText(value)}`)
      .join('\n'),
  )
}

const factsOf = (model: InstalledModel): readonly (readonly [string, string])[] => {
  const facts: readonly (readonly [string, string | number | null | undefined])[] = [
    ['model', model.id],
    ['name', model.name],
    ['family', model.family],
    ['can', model.capabilities.join(', ')],
    ['format', model.format],
    ['quantization', model.quantization],
    ['size', humanSize(model.sizeBytes)],
    ['context', model.contextLength],
    ['engine', model.engine],
    ['state', model.state],
    ['file', model.path],
    ['installed', model.installedAt],
    ['defect', model.error],
  ]
  return facts.flatMap(([fact, value]) =>
    value === null || value === undefined ? [] : [[fact, String(value)] as const],
  )
}

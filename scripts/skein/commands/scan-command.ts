import type { Command } from 'commander'
import { ScanReport } from '../client/node-replies.ts'
import { printableText } from '../terminal/printable-text.ts'
import { connectNode, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'
import { PROGRAM } from '../terminal/program-name.ts'

/** `skein scan`: looks for new model files. */
export const addScanCommand = (program: Command, context: CommandContext): void => {
  const command = program.command('scan').description('look for new model files')
  withNodeOptions(command).action((options: NodeOptions) => scanModels(options, context))
  withExamples(command, `${PROGRAM} scan`)
}

const scanModels = async (options: NodeOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const call = { method: 'POST', path: '/models/scan', body: {}, reply: ScanReport } as const
  const report = await connectNode(options, context).call(call)
  if (options.json) return terminal.print(JSON.stringify(report))
  terminal.print(
    `${report.found.length} models found, ${report.added} of them new, ${report.skipped} files skipped`,
  )
  for (const { id } of report.found) terminal.print(`  ${printableText(id)}`)
}

import { skeinHome } from '@shared/config/skein-home.ts'
import type { Command } from 'commander'
import { createNodeClient } from '../client/node-client.ts'
import type { NodeClient } from '../client/node-client.ts'
import { nodePaths } from '../node/node-paths.ts'
import type { NodePaths } from '../node/node-paths.ts'
import { ownerSocketIn } from '../node/node-environment.ts'
import { findRunningNode } from '../node/node-record.ts'
import { CommandFailure, EXIT_CODE } from '../terminal/command-failure.ts'
import type { Terminal } from '../terminal/terminal.ts'

const DEFAULT_URL = 'http://127.0.0.1:8080'

/** The world of a command. */
export interface CommandContext {
  readonly terminal: Terminal
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Adds one command to the program. */
export type AddCommand = (program: Command, context: CommandContext) => void

/** Options of every command that speaks to a node. */
export interface NodeOptions {
  readonly url?: string
  readonly json?: true
}

export const withNodeOptions = (command: Command): Command =>
  command
    .option('--url <url>', 'the node to speak to (SKEIN_URL; else the one that runs here)')
    .option('--json', 'JSON instead of text')

/** Examples below the help of a command, one command line each. */
export const withExamples = (command: Command, ...examples: readonly string[]): Command =>
  command.addHelpText('after', ['', 'Examples:', ...examples.map((example) => `  ${example}`)].join('\n'))

/** Where the node of this machine keeps its things. */
export const localPaths = ({ environment }: CommandContext): NodePaths =>
  nodePaths(skeinHome(environment['SKEIN_HOME'] || '~/.skein'))

/** The node named by option or variable, else the one that runs on this data directory, else the usual address. */
export const connectNode = (options: NodeOptions, context: CommandContext): NodeClient => {
  const apiKey = context.environment['SKEIN_API_KEY']
  const named = namedUrl(options, context)
  if (named !== undefined) return createNodeClient(named, { apiKey })
  const running = findRunningNode(localPaths(context))
  return running === undefined
    ? createNodeClient(DEFAULT_URL, { apiKey })
    : createNodeClient(running.url, { ownerSocket: ownerSocketIn(running.socketDirectory) })
}

/** The node that the caller named, if they did; a base URL with `/v1` is taken as well. */
export const namedUrl = (options: NodeOptions, { environment }: CommandContext): string | undefined => {
  const text = options.url ?? environment['SKEIN_URL'] ?? ''
  if (text === '') return undefined
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '').replace(/\/v1$/, '')
  throw new CommandFailure(`'${text}' is not the URL of a node.`, {
    nextStep: `Write it like ${DEFAULT_URL}.`,
    exitCode: EXIT_CODE.usage,
  })
}

import colors from 'picocolors'
import type { Command } from 'commander'
import type { NodeClient } from '../client/node-client.ts'
import { ModelStorage, NodeStatus, isInMemory } from '../client/node-replies.ts'
import { findRunningNode } from '../node/node-record.ts'
import type { NodeRecord } from '../node/node-record.ts'
import { formatTable } from '../terminal/format-table.ts'
import { humanDuration, humanSize } from '../terminal/human-values.ts'
import { CommandFailure } from '../terminal/command-failure.ts'
import { connectNode, localPaths, namedUrl, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'
import { PROGRAM } from '../terminal/program-name.ts'

/** `skein status`: how the node fares. Fails when it does not run. */
export const addStatusCommand = (program: Command, context: CommandContext): void => {
  const command = program.command('status').description('how the node fares: services, models, disk')
  withNodeOptions(command).action((options: NodeOptions) => showStatus(options, context))
  withExamples(command, `${PROGRAM} status`, `${PROGRAM} status --url http://127.0.0.1:9090 --json`)
}

const showStatus = async (options: NodeOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  // Supervision is known for the node of this machine alone.
  const local = namedUrl(options, context) === undefined ? findRunningNode(localPaths(context)) : undefined
  const client = connectNode(options, context)
  const answer = await askNode(client).catch((error: unknown) => {
    if (local === undefined || !(error instanceof CommandFailure)) throw error
    return { error: error.message }
  })
  if (options.json) terminal.print(JSON.stringify({ url: client.url, ...answer, node: local ?? null }))
  else terminal.print([...nodeLines(client.url, answer), ...serviceLines(local)].join('\n'))
}

const askNode = async (client: NodeClient) => {
  const [status, storage] = await Promise.all([
    client.call({ path: '/status', reply: NodeStatus }),
    client.call({ path: '/models/storage', reply: ModelStorage }),
  ])
  return { status, storage }
}

type NodeAnswer = Awaited<ReturnType<typeof askNode>> | { readonly error: string }

const nodeLines = (url: string, answer: NodeAnswer): readonly string[] => {
  if ('error' in answer) return [`${colors.bold(url)}  ${colors.red(answer.error)}`]
  const { status, storage } = answer
  const loaded = (status.models ?? []).filter(isInMemory).map(({ id, state }) => `${id} (${state})`)
  return [
    `${colors.bold(url)}  ${status.status.toLowerCase()}, Skein ${status.version}, up ${humanDuration(status.uptimeSeconds)}`,
    `models    ${humanSize(storage.usedBytes)} used, ${humanSize(storage.freeBytes)} free in ${storage.path}`,
    `in memory ${loaded.join(', ') || 'none'}`,
    `requests  ${status.queue?.running ?? 0} running, ${status.queue?.waiting ?? 0} waiting`,
    ...clusterLines(status),
  ]
}

const clusterLines = ({ cluster }: NodeStatus): readonly string[] => {
  if (!cluster) return []
  const down = cluster.nodes.filter(({ link }) => link === 'down').map(({ name }) => name)
  const isWhole = down.length === 0 ? '' : `, down: ${down.join(', ')}`
  return [`cluster   ${cluster.nodes.length - down.length} of ${cluster.nodes.length} nodes up${isWhole}`]
}

const serviceLines = (local: NodeRecord | undefined): readonly string[] => {
  if (local === undefined) return []
  const rows = local.services.map(({ name, state, pid, restarts, lastFailure }) => [
    name,
    state,
    String(pid ?? '-'),
    String(restarts),
    lastFailure ?? '',
  ])
  return ['', formatTable(['SERVICE', 'STATE', 'PID', 'RESTARTS', 'LAST FAILURE'], rows)]
}

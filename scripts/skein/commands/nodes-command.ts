import type { Command } from 'commander'
import { mustAgree } from '../cluster/ask-person.ts'
import { ClusterFacts, NodeDetails, NodeFacts, RemovedNode } from '../cluster/cluster-replies.ts'
import { linkOf, loadOf, nodesTable, platformOf } from '../cluster/nodes-table.ts'
import { humanSize } from '../terminal/human-values.ts'
import { printableText } from '../terminal/printable-text.ts'
import { PROGRAM } from '../terminal/program-name.ts'
import { cancelOnSignal } from './cancel-on-signal.ts'
import { connectNode, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'

interface RmOptions extends NodeOptions {
  readonly yes?: true
}

/** `skein nodes`: the machines of the cluster. Bare: all of them. */
export const addNodesCommand = (program: Command, context: CommandContext): void => {
  const nodes = program.command('nodes').description('the machines of the cluster')
  const list = nodes
    .command('list', { isDefault: true })
    .alias('ls')
    .description('all of them, this one first')
  withNodeOptions(list).action((options: NodeOptions) => listNodes(options, context))
  withExamples(list, `${PROGRAM} nodes`)
  const show = nodes.command('show').argument('<name>').description('what one node says of itself')
  withNodeOptions(show).action((name: string, options: NodeOptions) => showNode(name, options, context))
  withExamples(show, `${PROGRAM} nodes show studio`)
  const rm = nodes
    .command('rm')
    .argument('<name>')
    .description('shut a node out, everywhere; it may only come back by a new code')
    .option('--yes', 'do not ask')
  withNodeOptions(rm).action((name: string, options: RmOptions) => removeNode(name, options, context))
  withExamples(rm, `${PROGRAM} nodes rm laptop --yes`)
  addDrain(nodes, context, {
    verb: 'drain',
    drain: true,
    about: 'let a node finish what it has and take nothing new',
  })
  addDrain(nodes, context, {
    verb: 'resume',
    drain: false,
    about: 'let a node that drains take requests again',
  })
}

interface DrainVerb {
  readonly verb: 'drain' | 'resume'
  readonly drain: boolean
  readonly about: string
}

const addDrain = (nodes: Command, context: CommandContext, { about, drain, verb }: DrainVerb): void => {
  const command = nodes.command(verb).argument('<name>').description(about)
  withNodeOptions(command).action((name: string, options: NodeOptions) =>
    setDraining(name, drain, options, context),
  )
  withExamples(command, `${PROGRAM} nodes ${verb} studio`)
}

const listNodes = async (options: NodeOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const cluster = await connectNode(options, context).call({ path: '/v1/cluster', reply: ClusterFacts })
  if (options.json) return terminal.print(JSON.stringify(cluster))
  terminal.print(nodesTable(cluster.nodes))
  if (cluster.id === null)
    terminal.print(
      `\nThis node is in no cluster: ${PROGRAM} invite begins one, ${PROGRAM} join CODE enters one.`,
    )
}

/** @param name also an id, or its end */
const nodePath = (name: string): string => `/v1/nodes/${encodeURIComponent(name)}`

const showNode = async (name: string, options: NodeOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const node = await connectNode(options, context).call({ path: nodePath(name), reply: NodeDetails })
  if (options.json) return terminal.print(JSON.stringify(node))
  terminal.print(detailLines(node).map(printableText).join('\n'))
}

const detailLines = (node: NodeDetails): readonly string[] => [
  `${node.name}  ${node.id}`,
  `link      ${linkOf(node)}${node.troubleMessage === null ? '' : ` (${node.troubleMessage})`}`,
  `platform  ${platformOf(node)}, Skein ${node.version ?? 'unknown'}`,
  `seen      ${node.isSelf ? 'now' : (node.lastSeenAt ?? 'never')}, started ${node.startedAt ?? 'unknown'}`,
  `addresses ${node.addresses.map(({ dataPort, host, linkPort }) => `${host} (${dataPort}, ${linkPort})`).join(', ') || 'none'}`,
  `load      ${loadOf(node)}${memoryOf(node)}`,
  `services  ${node.services.map(({ name, state }) => `${name} ${state}`).join(', ') || 'unknown'}`,
  `backends  ${node.backends.map(({ name, version }) => `${name} ${version}`).join(', ') || 'unknown'}`,
  `models    ${node.models.join(', ') || 'none'}`,
]

const memoryOf = ({ load }: NodeFacts): string =>
  load === null ? '' : `, ${humanSize(load.heldBytes)} of ${humanSize(load.budgetBytes)} for models in use`

const removeNode = async (name: string, options: RmOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const client = connectNode(options, context)
  const attended = { ...context, signal: cancelOnSignal() }
  const node = await client.call({ path: nodePath(name), reply: NodeFacts })
  const shown = `${printableText(node.name)} (${node.id.slice(-8)})`
  await mustAgree(`Shut ${shown} out of the cluster?`, options, attended)
  const removed = await client.call({ method: 'DELETE', path: nodePath(node.id), reply: RemovedNode })
  terminal.print(options.json ? JSON.stringify(removed) : `${shown} is removed`)
}

const setDraining = async (
  name: string,
  drain: boolean,
  options: NodeOptions,
  context: CommandContext,
): Promise<void> => {
  const { terminal } = context
  const client = connectNode(options, context)
  const { id, isSelf } = await client.call({ path: nodePath(name), reply: NodeFacts })
  // Only a node itself can do it.
  const path = `${nodePath(id)}/drain${isSelf ? '' : `?node=${id}`}`
  const node = await client.call({ method: 'POST', path, body: { drain }, reply: NodeFacts })
  if (options.json) return terminal.print(JSON.stringify(node))
  terminal.print(
    `${printableText(node.name)} ${drain ? 'finishes what it has and takes nothing new' : 'takes requests again'}`,
  )
}

import colors from 'picocolors'
import type { Command } from 'commander'
import type { NodeClient } from '../client/node-client.ts'
import { checkPerson } from '../cluster/ask-person.ts'
import { attendPairing } from '../cluster/attend-pairing.ts'
import { Joining } from '../cluster/cluster-replies.ts'
import { confirmPairing } from '../cluster/confirm-pairing.ts'
import { nodesTable } from '../cluster/nodes-table.ts'
import { whenLinked } from '../cluster/when-linked.ts'
import { CommandFailure } from '../terminal/command-failure.ts'
import { printableText } from '../terminal/printable-text.ts'
import { PROGRAM } from '../terminal/program-name.ts'
import { cancelOnSignal } from './cancel-on-signal.ts'
import { connectNode, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'

interface JoinOptions extends NodeOptions {
  readonly yes?: true
}

type Attended = CommandContext & { readonly signal: AbortSignal }

const PATH = '/v1/cluster/joining'

/** `skein join CODE`: this node becomes one of a cluster. */
export const addJoinCommand = (program: Command, context: CommandContext): void => {
  const command = program
    .command('join')
    .argument('<code>', `what ${PROGRAM} invite shows on the other machine`)
    .argument('[address]', 'its address, where it is not found: 192.168.1.5 or 192.168.1.5:8081')
    .description('join the cluster of another machine')
    .option('--yes', 'do not ask whether the digits are the same')
  withNodeOptions(command).action((code: string, address: string | undefined, options: JoinOptions) =>
    join({ code, address }, options, context),
  )
  withExamples(command, `${PROGRAM} join 7K-4XQ2-9WMA`, `${PROGRAM} join 7K-4XQ2-9WMA 192.168.1.5`)
}

const join = async (
  wish: { readonly code: string; readonly address: string | undefined },
  options: JoinOptions,
  context: CommandContext,
): Promise<void> => {
  checkPerson(options, context)
  const signal = cancelOnSignal()
  const attended = { ...context, signal }
  const client = connectNode(options, context)
  const first = await client.call({ method: 'POST', path: PATH, body: wish, reply: Joining, signal })
  const isJoined = { now: false }
  try {
    tell(first, options, context)
    const last = await attendPairing({
      client,
      first,
      path: PATH,
      reply: Joining,
      signal,
      tell: (state) => tell(state, options, context),
      ask: (state, whileOpen) => askOwner(client, state, options, { ...context, signal: whileOpen }),
    })
    isJoined.now = last.state === 'joined'
    if (!isJoined.now) throw failureOf(last)
    await showCluster(client, options, attended)
  } catch (error) {
    if (signal.aborted && !isJoined.now) await giveUp(client)
    throw error
  }
}

const PROGRESS: Readonly<Record<string, string>> = {
  looking: 'Looking for the machine of this code',
  proving: 'Found; proving that both know the code',
  entering: 'Both have said yes; entering',
}

const tell = (state: Joining, { json }: JoinOptions, { terminal }: CommandContext): void => {
  if (json) return terminal.print(JSON.stringify(state))
  const words = PROGRESS[state.state]
  if (words !== undefined) terminal.note(words)
}

const askOwner = async (
  client: NodeClient,
  { host: other, warnings }: Joining,
  options: JoinOptions,
  attended: Attended,
): Promise<void> => {
  if (other === null) return
  const question = `Join ${printableText(other.name)}?`
  const confirmation = { client, path: `${PATH}/confirm`, reply: Joining, other, question, warnings }
  const confirmed = await confirmPairing(confirmation, options, attended)
  if (confirmed.isConfirmedHere && !confirmed.isConfirmedThere && !options.json)
    attended.terminal.note('Waiting for confirmation on the other machine')
}

const failureOf = ({ attemptsLeft, message, problem }: Joining): CommandFailure => {
  const text = message ?? 'This node has not joined.'
  const hasMore = problem === 'code-wrong' && attemptsLeft !== null && attemptsLeft > 0
  return new CommandFailure(text, hasMore ? { nextStep: `${attemptsLeft} attempts are left.` } : {})
}

const showCluster = async (client: NodeClient, options: JoinOptions, { signal, terminal }: Attended) => {
  if (options.json) return
  const { nodes } = await whenLinked(client, signal)
  terminal.print(`${colors.bold('This node has joined.')}\n`)
  terminal.print(nodesTable(nodes))
}

const giveUp = async (client: NodeClient): Promise<void> => {
  // It may be over already.
  await client.call({ method: 'DELETE', path: PATH, reply: Joining }).catch(() => undefined)
}

import colors from 'picocolors'
import type { Command } from 'commander'
import type { NodeClient } from '../client/node-client.ts'
import { checkPerson } from '../cluster/ask-person.ts'
import { attendPairing } from '../cluster/attend-pairing.ts'
import { Invitation } from '../cluster/cluster-replies.ts'
import { confirmPairing } from '../cluster/confirm-pairing.ts'
import { startCountDown } from '../cluster/count-down.ts'
import { CommandFailure } from '../terminal/command-failure.ts'
import { printableText } from '../terminal/printable-text.ts'
import { PROGRAM } from '../terminal/program-name.ts'
import { qrCode } from '../terminal/qr-code.ts'
import { cancelOnSignal } from './cancel-on-signal.ts'
import { connectNode, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'

interface InviteOptions extends NodeOptions {
  readonly yes?: true
  readonly qr: boolean
}

type Attended = CommandContext & { readonly signal: AbortSignal }

const PATH = '/v1/cluster/invitations'

/** `skein invite`: lets another machine into the cluster of this node. */
export const addInviteCommand = (program: Command, context: CommandContext): void => {
  const command = program
    .command('invite')
    .description('let another machine join: shows a code for ten minutes, asks when somebody comes')
    .option('--yes', 'let in whoever knows the code, without asking')
    .option('--no-qr', 'no QR code')
  withNodeOptions(command).action((options: InviteOptions) => invite(options, context))
  withExamples(command, `${PROGRAM} invite`, `${PROGRAM} invite --yes --json`)
}

const invite = async (options: InviteOptions, context: CommandContext): Promise<void> => {
  checkPerson(options, context)
  const attended = { ...context, signal: cancelOnSignal() }
  const client = connectNode(options, context)
  const { signal } = attended
  const invitation = await client.call({ method: 'POST', path: PATH, reply: Invitation, signal })
  showInvitation(invitation, options, context)
  const stopCountDown = countDown(invitation, options, context)
  try {
    await attend(client, invitation, { ...attended, options, stopCountDown })
  } catch (error) {
    if (signal.aborted) await takeBack(client, invitation)
    throw error
  } finally {
    stopCountDown()
  }
}

const showInvitation = (
  invitation: Invitation,
  options: InviteOptions,
  { terminal }: CommandContext,
): void => {
  if (options.json) return terminal.print(JSON.stringify(invitation))
  const { addresses, code, join } = invitation
  const [address] = addresses
  terminal.print(`\nOn the other machine type: ${colors.bold(`${PROGRAM} join ${code}`)}`)
  if (address !== undefined)
    terminal.print(`If it does not find this one: ${PROGRAM} join ${code} ${address}`)
  if (addresses.length > 1)
    terminal.print(`Other addresses of this machine: ${addresses.slice(1).join(', ')}`)
  if (options.qr && terminal.isInteractive) terminal.print(`\n${qrCode(`${PROGRAM} join ${join}`)}`)
  terminal.print('')
}

/** Ends once, however often it is told to. */
const countDown = (
  { expiresAt }: Invitation,
  { json }: InviteOptions,
  { terminal }: CommandContext,
): (() => void) => {
  if (json || !terminal.isInteractive) return () => undefined
  let stop: (() => void) | undefined = startCountDown(terminal, Date.parse(expiresAt), () => Date.now())
  return () => {
    stop?.()
    stop = undefined
  }
}

const attend = async (
  client: NodeClient,
  first: Invitation,
  {
    options,
    stopCountDown,
    ...attended
  }: Attended & {
    readonly options: InviteOptions
    readonly stopCountDown: () => void
  },
): Promise<void> => {
  const path = `${PATH}/${first.id}`
  let before = first
  const last = await attendPairing({
    client,
    first,
    path,
    reply: Invitation,
    signal: attended.signal,
    tell(state) {
      if (options.json) attended.terminal.print(JSON.stringify(state))
      else for (const line of newsOf(before, state)) attended.terminal.note(line)
      before = state
    },
    ask(state, signal) {
      stopCountDown()
      return askOwner(client, { path, state }, options, { ...attended, signal })
    },
  })
  finish(last, options, attended)
}

/** What a person wants to hear of a change. */
const newsOf = (before: Invitation, after: Invitation): readonly string[] => {
  const isTried = after.failedAttempts > before.failedAttempts && after.attemptsLeft > 0
  const isAnswered = after.state === 'confirming' && after.isConfirmedThere && !before.isConfirmedThere
  return [
    ...(isTried ? [`\nSomebody tried a wrong code; ${after.attemptsLeft} attempts are left.`] : []),
    ...(isAnswered ? ['\nThe other machine has said yes.'] : []),
  ]
}

const askOwner = async (
  client: NodeClient,
  { path, state }: { readonly path: string; readonly state: Invitation },
  options: InviteOptions,
  attended: Attended,
): Promise<void> => {
  if (state.joiner === null) return
  const { joiner: other, warnings } = state
  const question = `Let ${printableText(other.name)} in?`
  const confirmation = { client, path: `${path}/confirm`, reply: Invitation, other, question, warnings }
  const confirmed = await confirmPairing(confirmation, options, attended)
  if (confirmed.isConfirmedHere && !confirmed.isConfirmedThere && !options.json)
    attended.terminal.note('Waiting for yes on the other machine.')
}

/** @throws CommandFailure when nobody has joined */
const finish = (state: Invitation, options: InviteOptions, { terminal }: CommandContext): void => {
  if (state.state !== 'joined')
    throw new CommandFailure(
      state.message ?? 'Nobody has joined.',
      state.joiner === null ? { nextStep: `Again: ${PROGRAM} invite` } : {},
    )
  if (options.json) return
  const name = printableText(state.joiner?.name ?? 'The other machine')
  terminal.print(`${colors.bold(name)} has joined. All nodes: ${PROGRAM} nodes`)
}

const takeBack = async (client: NodeClient, { id }: Invitation): Promise<void> => {
  // It may have ended by itself just now, or somebody is in already.
  await client.call({ method: 'DELETE', path: `${PATH}/${id}`, reply: Invitation }).catch(() => undefined)
}

import { parsePeerAddress } from '@service/router/policy/pairing/peer-address.ts'
import type { PeerAddress } from '@service/router/policy/pairing/peer-address.ts'
import type { Static } from '@sinclair/typebox'
import type { Command } from 'commander'
import { ShownBandwidth, ShownReport } from '../doctor/doctor-replies.ts'
import type { ShownMap } from '../doctor/doctor-replies.ts'
import { examineAlone } from '../doctor/examine-alone.ts'
import { findingsText } from '../doctor/findings-text.ts'
import { linksTable } from '../doctor/links-table.ts'
import { findRunningNode } from '../node/node-record.ts'
import { CommandFailure, EXIT_CODE } from '../terminal/command-failure.ts'
import { PROGRAM } from '../terminal/program-name.ts'
import { cancelOnSignal } from './cancel-on-signal.ts'
import { connectNode, localPaths, namedUrl, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'

interface DoctorOptions extends NodeOptions {
  readonly bandwidth?: true
}

type Report = Static<typeof ShownReport>

/** `skein doctor`: why machines do not get together. Fails when there is a problem. */
export const addDoctorCommand = (program: Command, context: CommandContext): void => {
  const command = program
    .command('doctor')
    .argument('[address]', 'a machine that is no node of the cluster (yet): 192.168.1.5 or 192.168.1.5:8081')
    .description('why machines do not get together: network, firewalls, clocks, versions')
    .option('--bandwidth', 'measure how fast bytes go, from every node to every other')
  withNodeOptions(command).action((address: string | undefined, options: DoctorOptions) =>
    examine(address, options, context),
  )
  withExamples(command, `${PROGRAM} doctor`, `${PROGRAM} doctor 192.168.1.5`, `${PROGRAM} doctor --bandwidth`)
}

const examine = async (
  text: string | undefined,
  options: DoctorOptions,
  context: CommandContext,
): Promise<void> => {
  const { terminal } = context
  const address = text === undefined ? undefined : addressOf(text)
  const tell = (words: string): void => (options.json ? undefined : terminal.note(words))
  tell('Looking at this machine, its network and the other nodes; that takes some seconds')
  const report = await askDoctor(address, text, options, context)
  const measured =
    options.bandwidth && report.map.nodes.length > 1 ? await measure(options, context, tell) : undefined
  const map = measured?.map ?? report.map
  if (options.json) terminal.print(JSON.stringify({ ...report, map, leftOut: measured?.leftOut ?? [] }))
  else terminal.print(shownReport(report, map))
  if (!report.isHealthy) throw new CommandFailure('There is a problem.', { isTold: true })
}

const addressOf = (text: string): PeerAddress => {
  const address = parsePeerAddress(text)
  if (address !== undefined) return address
  throw new CommandFailure(`'${text}' is not the address of a machine.`, {
    nextStep: 'Write it like 192.168.1.5, studio.local or 192.168.1.5:8081.',
    exitCode: EXIT_CODE.usage,
  })
}

/** The node looks itself: what it can reach is what counts. Where none runs, this program looks. */
const askDoctor = (
  address: PeerAddress | undefined,
  text: string | undefined,
  options: DoctorOptions,
  context: CommandContext,
): Promise<Report> => {
  const isLocal = namedUrl(options, context) === undefined
  if (isLocal && findRunningNode(localPaths(context)) === undefined)
    return examineAlone(context.environment, address)
  const query = text === undefined ? '' : `?address=${encodeURIComponent(text)}`
  return connectNode(options, context).call({
    path: `/v1/doctor${query}`,
    reply: ShownReport,
    signal: cancelOnSignal(),
  })
}

const measure = (options: DoctorOptions, context: CommandContext, tell: (words: string) => void) => {
  tell('Measuring how fast bytes go between all nodes: two seconds for each pair at most')
  return connectNode(options, context).call({
    method: 'POST',
    path: '/v1/doctor/bandwidth',
    reply: ShownBandwidth,
    signal: cancelOnSignal(),
  })
}

const shownReport = ({ findings, node }: Report, map: ShownMap): string =>
  [findingsText(findings, node), ...(map.nodes.length > 1 ? ['', linksTable(map)] : [])].join('\n')

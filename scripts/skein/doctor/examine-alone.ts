import { stateOfPort } from '@service/router/adapters/peers/doctor-port-state.ts'
import type { PeerAddress } from '@service/router/policy/pairing/peer-address.ts'
import type { Static } from '@sinclair/typebox'
import { PROGRAM } from '../terminal/program-name.ts'
import type { ShownReport } from './doctor-replies.ts'

const DEFAULT_PUBLIC_PORT = 8080
const DEFAULT_DATA_PORT = 8081
const DEFAULT_LINK_PORT = 8082

type Environment = Readonly<Record<string, string | undefined>>

/** What can be seen without a node: the ports that it will want, the networks of this machine, and another machine. */
export const examineAlone = async (
  environment: Environment,
  address: PeerAddress | undefined,
): Promise<Static<typeof ShownReport>> => {
  // Most commands need none of this.
  const { openDoctorAlone } = await import('@service/router/adapters/peers/doctor-alone.ts')
  const ports = [
    { purpose: 'public door', port: portOf(environment, 'ROUTER_PORT', DEFAULT_PUBLIC_PORT) },
    { purpose: 'requests of other nodes', port: portOf(environment, 'CLUSTER_DATA_PORT', DEFAULT_DATA_PORT) },
    { purpose: 'links to other nodes', port: portOf(environment, 'CLUSTER_LINK_PORT', DEFAULT_LINK_PORT) },
  ].map(({ port, purpose }) => ({ port, purpose, state: stateOfPort('0.0.0.0', port) }))
  // Only to judge another machine it matters whether it is seen.
  const usesMulticast = address !== undefined && environment['CLUSTER_MULTICAST'] !== 'false'
  const report = await openDoctorAlone(ports, usesMulticast).check(address)
  const notRunning = {
    severity: 'problem',
    cause: 'not-running',
    node: null,
    words: 'No Skein node runs here: only this machine, its network and its ports were looked at.',
    nextStep: `${PROGRAM} up`,
  }
  // What a node says of its cluster and its door does not count for one that does not run.
  const findings = report.findings.filter(
    ({ cause }) => cause !== 'no-cluster' && cause !== 'door-on-loopback',
  )
  return {
    node: 'this machine',
    isHealthy: false,
    findings: [notRunning, ...findings],
    map: { nodes: [], links: [] },
  }
}

const portOf = (environment: Environment, name: string, otherwise: number): number => {
  const port = Number(environment[name] || otherwise)
  return Number.isInteger(port) && port >= 0 && port < 65_536 ? port : otherwise
}

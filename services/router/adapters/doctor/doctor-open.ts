import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { RouterClock } from '../../features/admission/router-clock.ts'
import type { ClusterSettings } from '../../features/cluster/cluster-ports.ts'
import type { ClusterRuntime } from '../../features/cluster/cluster-runtime.ts'
import type { Sighting } from '../../features/cluster/peer-network.ts'
import { DoctorDesk } from '../../features/doctor/doctor-desk.ts'
import type { PeerTransport } from '../../features/other-nodes/peer-transport.ts'
import type { OwnPort } from '../../policy/doctor/doctor-evidence.ts'
import { openDoctorNetwork } from './doctor-network.ts'
import { stateOfPort } from '../peers/doctor-port-state.ts'
import { searchLan } from '../peers/doctor-search.ts'
import { createPairingClient } from '../pairing/pairing-client.ts'
import { clusterTagOf } from '../pairing/pairing-cluster-tag.ts'

/** Who was refused longer ago says nothing about now. */
const REFUSALS_FOR_MS = 60_000

export interface DoctorOfClusterOptions {
  readonly runtime: ClusterRuntime
  readonly peers: PeerTransport
  readonly settings: Pick<ClusterSettings, 'listenHost' | 'linkPort' | 'usesMulticast'> & {
    readonly dataPort: number
  }
  /** Whether other machines' apps may reach the public door. */
  readonly isDoorOpen: () => boolean
  readonly clock: RouterClock
  readonly log: Log
}

/** The doctor of a node, with its real network. */
export const openDoctorDesk = (options: DoctorOfClusterOptions): DoctorDesk => {
  const { clock, isDoorOpen, peers, runtime, settings } = options
  const { hello } = createPairingClient()
  return new DoctorDesk({
    view: runtime,
    network: openDoctorNetwork(),
    peers,
    hello,
    addressesOf: (nodeId) => runtime.run?.core.addressesOf(nodeId) ?? [],
    clusterTag: () => (runtime.run === undefined ? undefined : clusterTagOf(runtime.run.secret)),
    look: (withinMs) => look(options, withinMs),
    refusals: () => runtime.witness.refused.filter(({ at }) => Date.now() - at < REFUSALS_FOR_MS),
    ownPorts: () => portsOf(runtime, settings),
    isDoorOpen,
    usesMulticast: settings.usesMulticast,
    version: SKEIN_VERSION,
    clock,
    now: () => Date.now(),
  })
}

/** In a cluster its own sockets ask; else others are opened for so long. */
const look = async (
  { clock, log, runtime, settings }: DoctorOfClusterOptions,
  withinMs: number,
): Promise<readonly Sighting[]> => {
  if (!settings.usesMulticast) return []
  const { run, witness } = runtime
  if (run === undefined) return searchLan(log, withinMs)
  const since = Date.now()
  run.network.lookAround()
  const { promise, resolve } = Promise.withResolvers<void>()
  clock.after(withinMs, resolve)
  await promise
  return witness.sightings.filter(({ at }) => at >= since)
}

const portsOf = (
  { run }: ClusterRuntime,
  { dataPort, linkPort, listenHost }: DoctorOfClusterOptions['settings'],
): readonly OwnPort[] => {
  const data = 'requests of other nodes'
  const link = 'links to other nodes'
  if (run !== undefined)
    return [
      { purpose: data, port: run.door.dataPort, state: 'ours' },
      { purpose: link, port: run.door.linkPort, state: 'ours' },
    ]
  return [
    { purpose: data, port: dataPort, state: stateOfPort(listenHost, dataPort) },
    { purpose: link, port: linkPort, state: stateOfPort(listenHost, linkPort) },
  ]
}

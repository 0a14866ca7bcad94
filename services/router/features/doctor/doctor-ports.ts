import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { NodeAddress } from '../../policy/cluster/node-topics.ts'
import type {
  AddressEvidence,
  OwnNetwork,
  OwnPort,
  ProbeResult,
  RefusalEvidence,
} from '../../policy/doctor/doctor-evidence.ts'
import type { PeerAddress } from '../../policy/pairing/peer-address.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { ClusterView } from '../cluster/cluster-view.ts'
import type { Sighting } from '../cluster/peer-network.ts'
import type { Hello } from '../joining/pairing-messages.ts'

/** What the machine can say of its network. None of these rejects. */
export interface DoctorNetwork {
  /** Beyond loopback. */
  networks(): readonly OwnNetwork[]
  /** @param host an IP address */
  placeOf(host: string): AddressEvidence['place']
  /** IP address of the router; undefined: none, or not known. */
  gateway(): Promise<string | undefined>
  /** By IP address: neighbours whose network card was asked of late, and what came of it. */
  cards(): Promise<ReadonlyMap<string, 'answers' | 'silent'>>
  /** IP addresses of a name; itself for an IP address; none when nobody knows it. */
  resolve(host: string, withinMs: number): Promise<readonly string[]>
  /** Resolves in `withinMs`, or as soon as it is known. */
  probe(host: string, port: number, withinMs: number): Promise<ProbeResult>
}

export interface DoctorPorts {
  readonly view: ClusterView
  readonly network: DoctorNetwork
  /** Where a member may be, best first. */
  readonly addressesOf: (nodeId: NodeId) => readonly NodeAddress[]
  /** Undefined: this node is in no cluster. */
  readonly clusterTag: () => string | undefined
  /** Who answers at the port for nodes. Rejects when nobody does, or somebody else, and when the signal fires. */
  readonly hello: (address: PeerAddress, signal: AbortSignal) => Promise<Hello>
  /** Asks the local network who is there. @returns who answered within that time */
  readonly look: (withinMs: number) => Promise<readonly Sighting[]>
  /** Who was refused of late, the newest last. */
  readonly refusals: () => readonly RefusalEvidence[]
  readonly ownPorts: () => readonly OwnPort[]
  /** Whether other machines' apps may reach the public door. */
  readonly isDoorOpen: () => boolean
  readonly usesMulticast: boolean
  /** Of Skein. */
  readonly version: string
  readonly clock: RouterClock
  /** Unix milliseconds. */
  readonly now: () => number
}

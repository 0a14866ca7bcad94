import type { AccessKey } from '@shared/access/access-key.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { NodePlatform } from '../../policy/cluster/node-topics.ts'
import type { PeerAddress } from '../../policy/pairing/peer-address.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { PeerNetwork } from './peer-network.ts'
import type { SavedCluster } from './saved-cluster.ts'

/** The key that this node is known by; made when it is first asked for. */
export interface ClusterIdentity {
  readonly nodeId: NodeId
  /** Ed25519, 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array
  verify(nodeId: NodeId, bytes: Uint8Array, signature: Uint8Array): boolean
  /** Greater with every start; once in a process. */
  beginEpoch(): Promise<number>
}

/** The HTTPS door for other nodes, open. */
export interface OpenPeerDoor {
  readonly dataPort: number
  /** PEM. */
  readonly certificate: string
  close(): Promise<void>
}

/** The records of keys, which all nodes share. */
export interface SharedKeys {
  records(): readonly AccessKey[]
  merge(keys: readonly AccessKey[]): Promise<void>
  onChanged(listener: (keys: readonly AccessKey[]) => void): void
}

export interface ClusterSettings {
  readonly name: string
  readonly platform: NodePlatform
  readonly listenHost: string
  readonly linkPort: number
  readonly usesMulticast: boolean
  /** Where nodes are said to be. */
  readonly peers: readonly PeerAddress[]
}

export interface ClusterPorts {
  readonly settings: ClusterSettings
  readonly openIdentity: () => Promise<ClusterIdentity>
  readonly createNetwork: () => Promise<PeerNetwork>
  /** @throws Fault `conflict` when its port is taken */
  readonly openDoor: () => Promise<OpenPeerDoor>
  readonly saved: {
    read(): Promise<SavedCluster | undefined>
    write(cluster: SavedCluster): Promise<void>
    /** This node is in no cluster any more. */
    remove(): Promise<void>
  }
  readonly keys: SharedKeys
  /** IP addresses under which other machines may reach this one now; those of loopback are not among them. */
  readonly ownAddresses: () => readonly string[]
  /** Who answers at that address; undefined: no node. Never rejects. */
  readonly askWho: (
    address: PeerAddress,
  ) => Promise<{ readonly nodeId: NodeId; readonly linkPort: number } | undefined>
  readonly createSecret: () => Uint8Array
  readonly createId: () => string
  readonly clock: RouterClock
  /** Unix milliseconds. */
  readonly now: () => number
  readonly random: () => number
  readonly log: Log
}

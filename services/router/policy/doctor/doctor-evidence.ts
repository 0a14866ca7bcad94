import type { LinkState } from '../cluster/cluster-node.ts'
import type { LinkTrouble } from '../cluster/link-trouble.ts'
import type { NodeId } from '../cluster/node-id.ts'

/** What came of a TCP connection. */
export type ProbeResult =
  | 'connected'
  /** At once: the machine answers, the port does not. */
  | 'refused'
  /** Nothing came back in time. */
  | 'silent'
  /** The system knows no way there. */
  | 'no-route'
  | 'local-network-permission'

/** Who answers at the port for nodes. */
export type HelloEvidence =
  | {
      readonly type: 'node'
      readonly nodeId: string
      readonly protocolVersion: number
      /** Null: it is in no cluster. */
      readonly clusterTag: string | null
      readonly isInviting: boolean
      /** Its clock minus ours. */
      readonly clockSkewMs: number
    }
  /** It accepted the connection, and spoke of something else. */
  | { readonly type: 'other' }

/** What is known of one address of a node. */
export interface AddressEvidence {
  readonly host: string
  readonly dataPort: number
  /** Undefined: not known. */
  readonly linkPort: number | undefined
  /** `own`: this machine has it. `neighbour`: in one of its networks. `elsewhere`: behind a router. */
  readonly place: 'own' | 'neighbour' | 'elsewhere'
  readonly data: ProbeResult
  readonly link: ProbeResult | undefined
  /** A port that hardly anybody uses: does the machine answer at all? */
  readonly control: ProbeResult
  /**
   * Whether its network card has told its address (ARP), which no firewall holds back. `remembered`: it has, but there was
   * a link a moment ago, and systems remember for up to a minute.
   */
  readonly card: 'answers' | 'remembered' | 'silent' | 'unknown'
  /** By multicast, since the doctor began to look. */
  readonly wasSeen: boolean
  readonly hello: HelloEvidence | undefined
}

/** What is known of one other node, or of a machine that might be one. */
export interface PeerEvidence {
  /** As people call it: its name, or the address. */
  readonly name: string
  /** Undefined: somebody gave an address, and who is there will be seen. */
  readonly nodeId: NodeId | undefined
  readonly link: LinkState
  readonly trouble: LinkTrouble | undefined
  readonly rttMs: number | undefined
  /** Its clock minus ours; undefined: not measured. */
  readonly clockSkewMs: number | undefined
  /** Of Skein. */
  readonly version: string | undefined
  readonly protocolVersion: number | undefined
  /** Best first. */
  readonly addresses: readonly AddressEvidence[]
}

export interface OwnNetwork {
  /** `en0`. */
  readonly name: string
  readonly address: string
}

export interface OwnPort {
  /** What it is for: `requests of other nodes`. */
  readonly purpose: string
  readonly port: number
  /** `taken`: by another program. */
  readonly state: 'ours' | 'free' | 'taken'
}

/** Somebody dialled this node and was refused, of late. */
export interface RefusalEvidence {
  readonly host: string
  readonly trouble: LinkTrouble
}

/** What is known of this node and its machine. */
export interface SelfEvidence {
  readonly nodeId: NodeId
  /** Undefined: it is in no cluster. */
  readonly clusterTag: string | undefined
  readonly memberIds: readonly NodeId[]
  readonly trouble: LinkTrouble | undefined
  readonly version: string
  readonly protocolVersion: number
  readonly usesMulticast: boolean
  readonly networks: readonly OwnNetwork[]
  /** The router of its network. */
  readonly gateway: 'answers' | 'silent' | 'unknown'
  /** Another machine of its network answers, neither the router nor one that is asked about. */
  readonly hasOtherNeighbours: boolean
  /** Whether other machines' apps may reach the public door. */
  readonly isDoorOpen: boolean
  readonly ports: readonly OwnPort[]
  /** By hosts that are no members. */
  readonly refusals: readonly RefusalEvidence[]
}

export interface DoctorEvidence {
  readonly self: SelfEvidence
  readonly peers: readonly PeerEvidence[]
}

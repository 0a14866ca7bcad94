import type { Sighting } from '@service/router/features/cluster/peer-network.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'

/** How a peer process begins. */
export interface PeerSettings {
  /** Directory of its identity. */
  readonly home: string
  /** Of its cluster: any text up to 32 letters. */
  readonly secret: string
  readonly listenHost?: string
  readonly linkPort?: number
  /** Default true. */
  readonly usesMulticast?: boolean
  /** Whether it dials whom it sees, if its own id is the smaller one. */
  readonly dialsSightings?: boolean
}

export type PeerCommand =
  | {
      readonly type: 'dial'
      readonly nodeId: NodeId
      readonly host: string
      readonly linkPort: number
      readonly withinMs: number
    }
  | { readonly type: 'send'; readonly nodeId: NodeId; readonly byteCount: number }
  | { readonly type: 'invite'; readonly isInviting: boolean }
  | { readonly type: 'look' }
  /** Looks for nodes as one that is none does; until it stops. */
  | { readonly type: 'search' }
  | { readonly type: 'stop' }

/** `at`: Unix milliseconds, the same clock on all hosts. */
export type PeerEvent =
  | { readonly type: 'ready'; readonly nodeId: NodeId; readonly linkPort: number; readonly at: number }
  | {
      readonly type: 'link'
      readonly nodeId: NodeId
      readonly host: string
      readonly isOutbound: boolean
      readonly at: number
    }
  | { readonly type: 'message'; readonly nodeId: NodeId; readonly byteCount: number }
  | { readonly type: 'down'; readonly nodeId: NodeId; readonly trouble: string; readonly at: number }
  | { readonly type: 'sighting'; readonly sighting: Sighting; readonly at: number }
  | { readonly type: 'found'; readonly sighting: Sighting; readonly at: number }
  | { readonly type: 'refused'; readonly host: string; readonly trouble: string }
  | {
      readonly type: 'dialled'
      readonly nodeId: NodeId
      /** Null: there is a link. */
      readonly trouble: string | null
      readonly tookMs: number
    }
  | { readonly type: 'crash'; readonly message: string }
  | { readonly type: 'stopped' }

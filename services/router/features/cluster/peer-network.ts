import type { LinkTrouble } from '../../policy/cluster/link-trouble.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'

/** An authenticated connection to another node that has the cluster's key: its identity is proved, not its membership. */
export interface PeerLink {
  /** Differs for every connection. */
  readonly linkId: string
  readonly nodeId: NodeId
  /** IP address of the other end. */
  readonly remoteHost: string
  readonly isOutbound: boolean
  /** One message. Never throws; what cannot be sent any more is lost, and `onLinkDown` follows. */
  send(message: Uint8Array): void
  /** Bytes that were not sent yet: who does not read must not fill our memory. */
  readonly bufferedBytes: number
  close(): void
}

/** Somebody was seen, which proves nothing. */
export interface Sighting {
  readonly nodeId: NodeId
  readonly host: string
  readonly linkPort: number
  readonly dataPort: number
  /** It has an open invitation. */
  readonly isInviting: boolean
}

export interface PeerNetworkEvents {
  onLink(link: PeerLink): void
  /** Of at most `LARGEST_MESSAGE_BYTES`; a larger one closes the link. */
  onMessage(link: PeerLink, message: Uint8Array): void
  /** Once for each `onLink`, whoever closed it. */
  onLinkDown(link: PeerLink, trouble: LinkTrouble): void
  /** Of every answer to a question over multicast, again and again. */
  onSighting(sighting: Sighting): void
  /** Somebody dialled us and failed. */
  onRefused(attempt: {
    readonly host: string
    readonly nodeId: NodeId | undefined
    readonly trouble: LinkTrouble
  }): void
}

export interface PeerNetworkOptions {
  /** Of the cluster; both ends of a link must have the same. */
  readonly secret: Uint8Array
  /** Address to listen on; `0.0.0.0`: all. */
  readonly listenHost: string
  /** 0: any free one. */
  readonly linkPort: number
  /** Told in what is said over multicast. */
  readonly dataPort: number
  readonly usesMulticast: boolean
  /** Asked before anything else of whoever dials; who is not a member gets nothing. */
  readonly isMember: (nodeId: NodeId) => boolean
}

/** Links to other nodes, and how they are found on the local network. */
export interface PeerNetwork {
  /** @returns the port that it listens on. @throws Fault `conflict` when the port is taken */
  start(options: PeerNetworkOptions, events: PeerNetworkEvents): Promise<{ readonly linkPort: number }>
  /**
   * Resolves when a link is there (`onLink` was called) or was there already; rejects with `DialFailed`.
   * @param nodeId who must answer there
   */
  dial(nodeId: NodeId, host: string, linkPort: number, signal: AbortSignal): Promise<void>
  /** Whether the multicast answers of this node say that it invites. */
  setInviting(isInviting: boolean): void
  /** Asks the local network who is there, now. */
  lookAround(): void
  /** Closes all links and sockets. */
  stop(): Promise<void>
}

/** A dial that led to no link. */
export class DialFailed extends Error {
  constructor(
    readonly trouble: LinkTrouble,
    cause: unknown,
  ) {
    super(`No link: ${trouble}`, { cause })
    this.name = 'DialFailed'
  }
}

export const LARGEST_MESSAGE_BYTES = 8 * 1024 * 1024

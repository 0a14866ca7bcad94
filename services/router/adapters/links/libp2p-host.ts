import type { MultiaddrConnection, PrivateKey } from '@libp2p/interface'
import { yamux } from '@libp2p/yamux'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { Libp2p } from 'libp2p'
import { parseNodeId } from '../../policy/cluster/node-id.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { memberHandshake } from './libp2p-handshake.ts'
import type { TroubleNotes } from './libp2p-handshake.ts'
import type { TcpDoor } from './libp2p-tcp.ts'

export const LINK_PROTOCOL = '/skein/link/1'

const MEGABYTE = 1024 * 1024

/** More members than that are no cluster of this kind. */
const MOST_CONNECTIONS = 1024
/** New connections a second that one host may make: many nodes of one host at once, not a flood. */
const INBOUND_PER_SECOND = 20
const HANDSHAKE_WITHIN_MS = 5000

export interface LinkHostOptions {
  readonly key: PrivateKey
  /** Of the cluster. */
  readonly secret: Uint8Array
  /** To listen on. */
  readonly address: Multiaddr
  readonly notes: TroubleNotes
  readonly door: TcpDoor
  /** Asked when it is proved who dials. */
  readonly isRefused: (nodeId: NodeId | undefined, connection: MultiaddrConnection) => boolean
}

/** libp2p with what links need, not started. No ping, identify, relay or lookup: nothing answers but our protocol. */
export const createLinkHost = ({
  address,
  door,
  isRefused,
  key,
  notes,
  secret,
}: LinkHostOptions): Promise<Libp2p> =>
  createLibp2p({
    start: false,
    privateKey: key,
    nodeInfo: { name: 'skein', version: '1', userAgent: 'skein' },
    addresses: { listen: [address.toString()] },
    transports: [door.transport],
    connectionEncrypters: [memberHandshake(secret, notes)],
    streamMuxers: [
      yamux({
        // Links are watched by probes of the cluster.
        enableKeepAlive: false,
        maxInboundStreams: 1,
        maxOutboundStreams: 1,
        // Both ends must begin with the same window: change it only with the protocol.
        streamOptions: {
          initialStreamWindowSize: MEGABYTE,
          maxStreamWindowSize: 4 * MEGABYTE,
          maxReadBufferLength: 16 * MEGABYTE,
        },
      }),
    ],
    connectionGater: {
      denyInboundEncryptedConnection: (peerId, connection) =>
        isRefused(parseNodeId(peerId.toString()), connection),
    },
    connectionMonitor: { enabled: false },
    connectionManager: {
      maxConnections: MOST_CONNECTIONS,
      inboundConnectionThreshold: INBOUND_PER_SECOND,
      inboundUpgradeTimeout: HANDSHAKE_WITHIN_MS,
      inboundStreamProtocolNegotiationTimeout: HANDSHAKE_WITHIN_MS,
      outboundStreamProtocolNegotiationTimeout: HANDSHAKE_WITHIN_MS,
      // Counted in TcpDoor, for each host.
      maxIncomingPendingConnections: MOST_CONNECTIONS,
    },
  })

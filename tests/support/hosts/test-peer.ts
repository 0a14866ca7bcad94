import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Libp2pPeerNetwork } from '@service/router/adapters/links/libp2p-peer-network.ts'
import { openNodeIdentity } from '@service/router/adapters/cluster/node-identity-file.ts'
import type {
  PeerLink,
  PeerNetwork,
  PeerNetworkEvents,
  PeerNetworkOptions,
} from '@service/router/features/cluster/peer-network.ts'
import type { LinkTrouble } from '@service/router/policy/cluster/link-trouble.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import { createLog } from '@shared/log/create-log.ts'

type Refused = Parameters<PeerNetworkEvents['onRefused']>[0]

/** The network of a node in this process, on loopback, with all that it has told. */
export interface TestPeer {
  readonly nodeId: NodeId
  readonly linkPort: number
  readonly network: PeerNetwork
  /** Also those that are down. */
  readonly links: readonly PeerLink[]
  readonly downs: readonly LinkTrouble[]
  readonly messages: readonly Uint8Array[]
  readonly refused: readonly Refused[]
  dial(to: Pick<TestPeer, 'nodeId' | 'linkPort'>, withinMs?: number): Promise<void>
  stop(): Promise<void>
}

const open: TestPeer[] = []

export const openTestPeer = async (options: Partial<PeerNetworkOptions> = {}): Promise<TestPeer> => {
  const skeinHome = mkdtempSync(join(tmpdir(), 'skein-peer-'))
  const identity = await openNodeIdentity({ skeinHome, now: Date.now })
  rmSync(skeinHome, { recursive: true })
  const network = new Libp2pPeerNetwork({ identity, log: createLog('peer', 'silent') })
  const links: PeerLink[] = []
  const downs: LinkTrouble[] = []
  const messages: Uint8Array[] = []
  const refused: Refused[] = []
  const { linkPort } = await network.start(
    {
      secret: new Uint8Array(32).fill(1),
      listenHost: '127.0.0.1',
      linkPort: 0,
      dataPort: 8081,
      usesMulticast: false,
      isMember: () => true,
      ...options,
    },
    {
      onLink: (link) => void links.push(link),
      onMessage: (_, message) => void messages.push(message),
      onLinkDown: (_, trouble) => void downs.push(trouble),
      onSighting: () => undefined,
      onRefused: (attempt) => void refused.push(attempt),
    },
  )
  const peer: TestPeer = {
    nodeId: identity.nodeId,
    linkPort,
    network,
    links,
    downs,
    messages,
    refused,
    dial: (to, withinMs = 5000) =>
      network.dial(to.nodeId, '127.0.0.1', to.linkPort, AbortSignal.timeout(withinMs)),
    stop: () => network.stop(),
  }
  open.push(peer)
  return peer
}

/** Each dials all that come after it. */
export const meshOf = async (peers: readonly TestPeer[]): Promise<void> => {
  await Promise.all(peers.flatMap((peer, index) => peers.slice(index + 1).map((other) => peer.dial(other))))
}

export const stopTestPeers = async (): Promise<void> => {
  await Promise.all(open.splice(0).map((peer) => peer.stop()))
}

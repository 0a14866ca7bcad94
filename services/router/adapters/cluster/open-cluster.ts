import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Log } from '@shared/log/create-log.ts'
import { ClusterRuntime } from '../../features/cluster/cluster-runtime.ts'
import type { ClusterSettings, OpenPeerDoor, SharedKeys } from '../../features/cluster/cluster-ports.ts'
import type { PeerDoor } from '../../features/peer-door/peer-door.ts'
import type { PeerTransport } from '../../features/other-nodes/peer-transport.ts'
import type { RequestBodies } from '../../features/forwarding/request-body.ts'
import type { StrangerDoor } from '../../features/joining/stranger-door.ts'
import type { RouterClock } from '../../features/admission/router-clock.ts'
import { parseNodeId } from '../../policy/cluster/node-id.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { readClusterFile, writeClusterFile } from './cluster-file.ts'
import { createHttpsPeerTransport } from '../peers/https-peer-transport.ts'
import { reachable } from './lan-reachable.ts'
import type { PeerListener } from '../peers/listen-peers.ts'
import { openNodeIdentity } from './node-identity-file.ts'
import type { NodeIdentity } from './node-identity-file.ts'
import { NodeDownListeners } from './node-down-listeners.ts'
import { createPairingClient } from '../pairing/pairing-client.ts'
import { createPeerBearerCheck } from '../peers/peer-bearer-check.ts'
import { createPeerBearerMint } from '../peers/peer-bearer-mint.ts'
import type { PeerLocation } from '../peers/peer-hosts.ts'
import { tcpConnects } from '../peers/tcp-connects.ts'

const HELLO_TIMEOUT_MS = 2000
const DRAIN_MS = 10_000
const LOOK_MS = 50
/** For the end of the last answer to get away. */
const LAST_BYTES_MS = 300

export interface OpenClusterOptions {
  readonly skeinHome: string
  readonly settings: ClusterSettings & { readonly dataPort: number }
  readonly keys: SharedKeys
  /** What answers behind the doors for nodes; they open later than this is called. */
  readonly doors: () => {
    readonly member: PeerDoor
    readonly stranger: StrangerDoor
    readonly bodies: Pick<RequestBodies, 'readWhole'>
  }
  readonly clock: RouterClock
  readonly log: Log
}

export interface OpenedCluster {
  readonly runtime: ClusterRuntime
  readonly peers: PeerTransport
  /** Who this node is; made when it is first asked for. */
  readonly openIdentity: () => Promise<NodeIdentity>
}

/**
 * The cluster of this node with its real network and disk. libp2p and x509 are loaded when a door for nodes opens, not
 * before: most nodes are alone.
 */
export const openCluster = (options: OpenClusterOptions): OpenedCluster => {
  const { clock, keys, log, settings, skeinHome } = options
  const now = (): number => Date.now()
  const directory = join(skeinHome, 'cluster')
  const file = join(directory, 'cluster.json')
  let identity: Promise<NodeIdentity> | undefined
  const openIdentity = (): Promise<NodeIdentity> => (identity ??= openNodeIdentity({ skeinHome, now }))
  let mint: ((nodeId: NodeId) => string) | undefined
  const runtime: ClusterRuntime = new ClusterRuntime({
    settings,
    openIdentity,
    createNetwork: async () => {
      const { Libp2pPeerNetwork } = await import('../links/libp2p-peer-network.ts')
      return new Libp2pPeerNetwork({ identity: await openIdentity(), log })
    },
    openDoor: async () => {
      const { nodeId, sign, verify } = await openIdentity()
      mint = createPeerBearerMint({ self: nodeId, sign, now })
      const standing = { standingOf: runtime.standingOf.bind(runtime), clockSkewOf: skewOf(runtime) }
      return openDoor(options, directory, createPeerBearerCheck({ self: nodeId, verify, now, ...standing }))
    },
    saved: {
      read: () => readClusterFile(file),
      write: (cluster) => writeClusterFile(file, cluster),
      remove: () => rm(file, { force: true }),
    },
    keys,
    ownAddresses: () => reachable(networkInterfaces()),
    askWho: createAskWho(),
    createSecret: () => randomBytes(32),
    createId: () => crypto.randomUUID(),
    clock,
    now,
    random: () => Math.random(),
    log,
  })
  const downs = new NodeDownListeners(runtime)
  const peers = createHttpsPeerTransport({
    locate: (nodeId) => locate(runtime, nodeId),
    bearerFor: (nodeId) => mint?.(nodeId) ?? '',
    isDown: (nodeId) => runtime.find(nodeId)?.link !== 'up',
    onNodeDown: (nodeId, listener) => downs.add(nodeId, listener),
    connects: tcpConnects,
    now: () => clock.now(),
  })
  return { runtime, peers, openIdentity }
}

/** Loads in advance what a cluster needs, where one is about to be entered. Who needs it waits for the same loading. */
export const loadClusterPrograms = (log: Log): void => {
  const programs = [
    import('../links/libp2p-peer-network.ts'),
    import('./node-certificate-file.ts'),
    import('../peers/listen-peers.ts'),
  ]
  // Whoever enters loads them again, and is told what is wrong.
  void Promise.all(programs).catch((error: unknown) => log.debug({ err: error }, 'not loaded in advance'))
}

const skewOf =
  (runtime: ClusterRuntime) =>
  (nodeId: NodeId): number | undefined =>
    runtime.find(nodeId)?.clockSkewMs

const openDoor = async (
  { clock, doors, log, settings }: OpenClusterOptions,
  directory: string,
  checkBearer: ReturnType<typeof createPeerBearerCheck>,
): Promise<OpenPeerDoor> => {
  const [{ openNodeCertificate }, { listenPeers }] = await Promise.all([
    import('./node-certificate-file.ts'),
    import('../peers/listen-peers.ts'),
  ])
  const certificate = await openNodeCertificate(directory)
  const { bodies, member, stranger } = doors()
  const listener = listenPeers({
    host: settings.listenHost,
    port: settings.dataPort,
    certificate,
    checkBearer,
    stranger,
    member,
    bodies,
    now: () => clock.now(),
    log,
  })
  return {
    dataPort: listener.port,
    certificate: certificate.certificate,
    close: () => drain(listener, { clock }),
  }
}

/**
 * What other nodes have placed here may finish, for a while. Bun waits for connections, too, on which nothing is asked; of
 * some the other end is gone and does not say so.
 */
const drain = async (listener: PeerListener, { clock }: Pick<OpenClusterOptions, 'clock'>): Promise<void> => {
  const until = clock.now() + DRAIN_MS
  let idleSince: number | undefined
  const look = setInterval(() => {
    idleSince = listener.openCount > 0 ? undefined : (idleSince ?? clock.now())
    const isOver =
      clock.now() >= until || (idleSince !== undefined && clock.now() - idleSince >= LAST_BYTES_MS)
    if (isOver) void listener.stop(true)
  }, LOOK_MS)
  await listener.stop(false)
  clearInterval(look)
}

const locate = (runtime: ClusterRuntime, nodeId: NodeId): PeerLocation | undefined => {
  const identity = runtime.find(nodeId)?.topics.identity
  if (identity === undefined) return undefined
  const hosts = runtime.run?.core.addressesOf(nodeId).map(({ host }) => host) ?? []
  const [announced] = identity.addresses
  const dataPort = announced?.dataPort
  if (dataPort === undefined || hosts.length === 0) return undefined
  return { hosts: [...new Set(hosts)], dataPort, certificate: identity.certificate }
}

/** Who answers at an address that somebody wrote down; it proves itself when it is dialled. */
const createAskWho = () => {
  const wire = createPairingClient()
  return async (address: Parameters<typeof wire.hello>[0]) => {
    const hello = await wire.hello(address, AbortSignal.timeout(HELLO_TIMEOUT_MS)).catch(() => undefined)
    const nodeId = parseNodeId(hello?.nodeId ?? '')
    const linkPort = hello?.linkPort ?? undefined
    return nodeId === undefined || linkPort === undefined ? undefined : { nodeId, linkPort }
  }
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findNodes } from '@service/router/adapters/lan/lan-discovery.ts'
import { openCluster } from '@service/router/adapters/cluster/open-cluster.ts'
import { clusterTagOf } from '@service/router/adapters/pairing/pairing-cluster-tag.ts'
import { createPairingClient } from '@service/router/adapters/pairing/pairing-client.ts'
import { loadPairingCrypto } from '@service/router/adapters/pairing/pairing-crypto.ts'
import type { ClusterRuntime } from '@service/router/features/cluster/cluster-runtime.ts'
import type { PeerDoor } from '@service/router/features/peer-door/peer-door.ts'
import type { PeerTransport } from '@service/router/features/other-nodes/peer-transport.ts'
import { createPairing } from '@service/router/features/joining/create-pairing.ts'
import type { Pairing } from '@service/router/features/joining/create-pairing.ts'
import { createLog } from '@shared/log/create-log.ts'

/** A node with its real identity, certificate, doors, links and disk. */
export interface RealNode {
  readonly runtime: ClusterRuntime
  readonly peers: PeerTransport
  readonly pairing: Pairing
  close(): Promise<void>
}

const clock = {
  now: () => performance.now(),
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/** What the door shows: all of it is known once this node is in a cluster, and before that nobody can ask. */
const doorOf = (runtime: ClusterRuntime) => {
  const { run } = runtime
  if (run === undefined) throw new Error('The door for nodes is not open')
  const { certificate, linkPort } = run.door
  return { nodeId: run.nodeId, certificate, linkPort, clusterTag: clusterTagOf(run.secret) }
}

const membershipTag = (runtime: ClusterRuntime): string | null => {
  const { run, self } = runtime
  return run === undefined || self.trouble !== undefined ? null : clusterTagOf(run.secret)
}

export interface RealNodeOptions {
  readonly name: string
  /** On all addresses at the usual ports, and found by multicast; else at free ones of loopback. */
  readonly isOnLan?: boolean
  /** What answers its members; nothing when not given. */
  readonly member?: PeerDoor
}

const nothing: PeerDoor = () => Promise.resolve(new Response(null, { status: 404 }))

export const openRealNode = ({ isOnLan = false, member = nothing, name }: RealNodeOptions): RealNode => {
  const skeinHome = mkdtempSync(join(tmpdir(), 'skein-real-node-'))
  const log = createLog('test', 'silent')
  const platform = { os: 'linux', arch: 'x64', accelerator: 'cpu' }
  const { openIdentity, peers, runtime } = openCluster({
    skeinHome,
    settings: {
      name,
      platform,
      listenHost: isOnLan ? '0.0.0.0' : '127.0.0.1',
      linkPort: isOnLan ? 8082 : 0,
      dataPort: isOnLan ? 8081 : 0,
      usesMulticast: isOnLan,
      peers: [],
    },
    keys: { records: () => [], merge: () => Promise.resolve(), onChanged: () => undefined },
    doors: () => ({
      stranger: pairing.stranger,
      member,
      bodies: {
        async readWhole(_visit, request) {
          return new Uint8Array(await request.arrayBuffer())
        },
      },
    }),
    clock,
    log,
  })
  const pairing = createPairing({
    desk: runtime,
    door: () => doorOf(runtime),
    card: () => ({ name, version: '0.1.0' }),
    clusterTag: () => membershipTag(runtime),
    isMember: (nodeId) => runtime.nodes.some((node) => node.nodeId === nodeId),
    loadCrypto: loadPairingCrypto,
    loadSigner: openIdentity,
    wire: createPairingClient(),
    findNodes: (options) => (isOnLan ? findNodes({ ...options, log }) : Promise.resolve()),
    clock,
    now: () => Date.now(),
    log,
  })
  return {
    runtime,
    peers,
    pairing,
    async close() {
      pairing.close()
      await runtime.stop()
      rmSync(skeinHome, { recursive: true })
    },
  }
}

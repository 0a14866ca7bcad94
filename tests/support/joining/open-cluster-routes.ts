import { callApp } from '../call-app.ts'
import type { ClusterView } from '@service/router/features/cluster/cluster-view.ts'
import { createClusterDoor } from './cluster-door.ts'
import { createNodeKeys, createTestSigner, startPairingNode } from './pairing-node.ts'
import type { NodeKeys, PairingNode } from './pairing-node.ts'
import { clusterNode, createScriptedView } from './scripted-cluster.ts'

let keys: NodeKeys | undefined

/** Who is with this node in its cluster. */
export const ATTIC = createTestSigner()

const running: PairingNode[] = []
export const closeClusterRoutes = (): void => {
  for (const node of running.splice(0)) node.close()
}

const LOAD = { isDraining: false, budgetBytes: 8, heldBytes: 4, warm: [], lanes: [] }

const identity = (name: string) => ({
  name,
  platform: { os: 'linux', arch: 'x64', accelerator: 'cuda' },
  version: '0.1.0',
  protocolVersion: 1,
  startedAt: 1_700_000_000_000,
  addresses: [{ host: '192.168.1.7', linkPort: 8082, dataPort: 8081 }],
  certificate: 'PEM',
})

/** The routes of `studio`, which is in a cluster with `attic`, a lender of memory that does not answer. */
export const openClusterRoutes = (change: (view: ClusterView) => ClusterView = (view) => view) => {
  keys ??= createNodeKeys()
  const node = startPairingNode({ name: 'studio', keys })
  running.push(node)
  const self = clusterNode(node.signer.nodeId, {
    isSelf: true,
    link: 'self',
    rttMs: 0,
    topics: { load: LOAD },
  })
  const attic = clusterNode(ATTIC.nodeId, {
    name: 'attic',
    link: 'down',
    trouble: 'no-answer',
    topics: {
      identity: identity('attic'),
      load: LOAD,
      backends: [{ name: 'llama.cpp-rpc', version: '1', digest: null }],
    },
  })
  const app = createClusterDoor(node, change(createScriptedView([self, attic])))
  return {
    node,
    app,
    ask: (path: string, init?: RequestInit & { json?: unknown }) => callApp(app, path, init),
  }
}

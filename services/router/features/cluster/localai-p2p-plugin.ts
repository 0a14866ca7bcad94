import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import {
  encodeLocalaiFederation,
  encodeLocalaiP2p,
  encodeLocalaiP2pStats,
  encodeLocalaiWorkers,
} from '@shared/dialects/localai/localai-p2p.ts'
import type { LocalaiNetwork, LocalaiPeer } from '@shared/dialects/localai/localai-p2p.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Elysia } from 'elysia'
import { showPeerAddress } from '../../policy/pairing/peer-address.ts'
import type { ClusterNode, ClusterView } from './cluster-view.ts'

const FACTS: RouteFacts = {
  dialect: 'localai',
  capability: 'node',
  scope: 'manage',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}

/** Nodes with this backend lend their memory to a model that is too large for one machine. */
const WORKER_BACKEND = 'llama.cpp-rpc'

export interface LocalaiP2pPorts {
  readonly view: ClusterView
  /** Code and address of the invitation that is open; '' when there is none. */
  readonly joinString: () => string
  /** Unix milliseconds. */
  readonly now: () => number
}

const about = (summary: string, description = '', facts: RouteFacts = FACTS) => ({
  detail: routeDetail(facts, { tag: 'Cluster', summary, description }),
})

/** The cluster as the pages and clients of LocalAI look at its network. */
export const localaiP2pPlugin = ({ joinString, now, view }: LocalaiP2pPorts) => {
  const network = (): LocalaiNetwork => networkOf(view, now())
  return new Elysia({ name: 'router/localai-p2p' })
    .use(faultsAs('openai', openaiFaultBody))
    .get('/api/p2p', () => encodeLocalaiP2p(network()), {
      ...about(
        'Nodes of the cluster, for clients of LocalAI',
        'Each field in both spellings. `federated_nodes` are the members; empty lists while this node is in no cluster.',
      ),
    })
    .get('/api/p2p/workers', () => encodeLocalaiWorkers(network()), {
      ...about('Nodes that lend memory for parts of a model'),
    })
    .get('/api/p2p/federation', () => encodeLocalaiFederation(network()), {
      ...about('Members of the cluster, for the pages of LocalAI'),
    })
    .get('/api/p2p/stats', () => encodeLocalaiP2pStats(network()), {
      ...about('How many of the nodes are online'),
    })
    .get('/api/p2p/token', () => textReply(joinString()), {
      ...about(
        'What `skein join` takes, while an invitation is open',
        'Plain text: code and address of the invitation that is open now, which one node can use once; empty when none is open (POST /v1/cluster/invitations opens one). Unlike the token of LocalAI it is no lasting secret.',
        { ...FACTS, scope: 'admin' },
      ),
    })
}

const textReply = (text: string): Response =>
  new Response(text, {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  })

const networkOf = ({ clusterId, nodes }: ClusterView, now: number): LocalaiNetwork => {
  if (clusterId === undefined) return { federated: [], workers: [] }
  const workers = nodes.filter(({ topics }) => topics.backends?.some(({ name }) => name === WORKER_BACKEND))
  return {
    federated: nodes.map((node) => peerOf(node, now)),
    workers: workers.map((node) => peerOf(node, now)),
  }
}

const peerOf = (
  { isSelf, lastSeenAt, link, name, nodeId, topics }: ClusterNode,
  now: number,
): LocalaiPeer => {
  const address = topics.identity?.addresses[0]
  return {
    name,
    id: nodeId,
    address: address === undefined ? '' : showPeerAddress({ host: address.host, port: address.dataPort }),
    lastSeenAt: isSelf ? now : lastSeenAt,
    isOnline: link !== 'down',
  }
}

/**
 * A router whose requests are all answered by one far node: `entry-router.ts PORT DIRECTORY`, the port and the directory of
 * `far-node.ts`. Prints its own port.
 */
import { join } from 'node:path'
import { createHttpsPeerTransport } from '@service/router/adapters/peers/https-peer-transport.ts'
import { openNodeIdentity } from '@service/router/adapters/cluster/node-identity-file.ts'
import { createPeerBearerMint } from '@service/router/adapters/peers/peer-bearer-mint.ts'
import { tcpConnects } from '@service/router/adapters/peers/tcp-connects.ts'
import type { ClusterNode, ClusterView } from '@service/router/features/cluster/cluster-view.ts'
import type { RouterCluster } from '@service/router/features/other-nodes/cluster-ways.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import { startLiveRouter } from '@skein/tests/support/live-router.ts'
import { routeEntry } from '@skein/tests/support/scripted-service.ts'

const [port = '', directory = '.'] = process.argv.slice(2)
// Written by `far-node.ts`.
const far = (await Bun.file(join(directory, 'far-node.json')).json()) as {
  readonly nodeId: NodeId
  readonly certificate: string
}
const identity = await openNodeIdentity({ skeinHome: join(directory, 'near'), now: () => Date.now() })

const nodeOf = (nodeId: NodeId, name: string): ClusterNode => ({
  nodeId,
  name,
  isSelf: nodeId === identity.nodeId,
  link: nodeId === identity.nodeId ? 'self' : 'up',
  trouble: undefined,
  rttMs: 0,
  lastSeenAt: undefined,
  clockSkewMs: 0,
  topics: {},
})

const self = nodeOf(identity.nodeId, 'near')
const nodes = [self, nodeOf(far.nodeId, 'far')]
const view: ClusterView = {
  clusterId: 'bench',
  self,
  nodes,
  find: (nodeId) => nodes.find((node) => node.nodeId === nodeId),
  named: (text) => nodes.find(({ name }) => name === text),
  onChange: () => () => undefined,
}

const COST = { networkMs: 0, queueMs: 0, loadMs: 0, prefillMs: 0, decodeMs: 0, pressureMs: 0 }
const choice = { nodeId: far.nodeId, name: 'far', score: 0, cost: COST, matchedTokens: 0, isWarm: true }
const cluster: RouterCluster = {
  view,
  placer: {
    decide: () => ({ policy: 'best', ranking: [choice], rejections: [] }),
    onSent: () => ({ onFirstByte: () => undefined, onEnd: () => undefined }),
  },
  peers: createHttpsPeerTransport({
    locate: () => ({ hosts: ['127.0.0.1'], dataPort: Number(port), certificate: far.certificate }),
    bearerFor: createPeerBearerMint({ self: identity.nodeId, sign: identity.sign, now: () => Date.now() }),
    isDown: () => false,
    onNodeDown: () => () => undefined,
    connects: tcpConnects,
    now: () => performance.now(),
  }),
  prefixOf: () => undefined,
}

const router = await startLiveRouter({
  models: ['bench'],
  cluster,
  chat: {
    routes: [
      routeEntry('POST', '/v1/chat/completions', { capability: 'chat', admission: 'engine' }),
      routeEntry('GET', '/bulk'),
      routeEntry('POST', '/bulk', { bodyLimitBytes: 4e9 }),
    ],
  },
})
console.log(`ready ${router.port}`)

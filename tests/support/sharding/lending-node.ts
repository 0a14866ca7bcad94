import { join } from 'node:path'
import { listenPeers } from '@service/router/adapters/peers/listen-peers.ts'
import { openNodeCertificate } from '@service/router/adapters/cluster/node-certificate-file.ts'
import { openNodeIdentity } from '@service/router/adapters/cluster/node-identity-file.ts'
import { createPeerBearerCheck } from '@service/router/adapters/peers/peer-bearer-check.ts'
import type { PeerLocation } from '@service/router/adapters/peers/peer-hosts.ts'
import { createOpenRpcInlet } from '@service/router/adapters/rpc-tunnel/rpc-tunnel-inlet.ts'
import { createConnectRpcOutlet } from '@service/router/adapters/rpc-tunnel/rpc-tunnel-outlet.ts'
import { createSocketTransport } from '@service/router/adapters/socket-transport.ts'
import { createBudget } from '@service/router/features/forwarding/budget.ts'
import { findPeerControl } from '@service/router/features/peer-door/peer-controls.ts'
import { createRequestBodies } from '@service/router/features/forwarding/request-body.ts'
import { requestTarget } from '@service/router/features/forwarding/request-target.ts'
import { createSharding } from '@service/router/features/sharding/create-sharding.ts'
import type { ShardingPorts } from '@service/router/features/sharding/create-sharding.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeBackend } from '@service/router/policy/cluster/node-topics.ts'
import type { ServiceAddress } from '@shared/contracts/service-address.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import { createLog } from '@shared/log/create-log.ts'
import { systemClock } from '@shared/process/clock.ts'
import { prepareServices } from './service-processes.ts'
import type { ServiceProcesses } from './service-processes.ts'

/** A node that lends memory: real services, and a real HTTPS door for its members. */
export interface LendingNode {
  readonly nodeId: NodeId
  readonly location: PeerLocation
  readonly services: ServiceProcesses
  /** What it announces of its worker. */
  fetchBackends(): Promise<readonly NodeBackend[]>
  readonly members: Set<NodeId>
  isDraining: boolean
  /** Ends its router as a killed process does: all connections at once. */
  cutOff(): Promise<void>
  stop(): Promise<void>
}

export const addressesOf = (services: ServiceProcesses): ReadonlyMap<ServiceName, ServiceAddress> =>
  new Map([['chat', { type: 'unix', path: services.socketOf('chat') }]])

/** It lends, and opens nothing over others itself. */
const LONE_VIEW: ShardingPorts['view'] = {
  nodes: [],
  get self(): never {
    throw new Error('this node knows nobody')
  },
}
const NO_PEERS: ShardingPorts['peers'] = {
  send: () => Promise.reject(new Error('this node asks nobody')),
  dial: () => Promise.reject(new Error('this node asks nobody')),
}

export const startLendingNode = async (
  environment: Readonly<Record<string, string>>,
): Promise<LendingNode> => {
  const services = prepareServices(environment)
  await services.start()
  const log = createLog('router', 'silent')
  const identity = await openNodeIdentity({ skeinHome: services.home, now: () => Date.now() })
  const certificate = await openNodeCertificate(join(services.home, 'cluster'))
  const members = new Set<NodeId>()
  const sharding = createSharding({
    view: LONE_VIEW,
    peers: NO_PEERS,
    models: { cards: [], refresh: async () => undefined },
    fetchMemory: services.memory,
    services: createSocketTransport(addressesOf(services)),
    openInlet: createOpenRpcInlet(systemClock),
    connectOutlet: createConnectRpcOutlet(systemClock),
    isDraining: () => node.isDraining,
    clock: systemClock,
    createId: () => crypto.randomUUID(),
    log,
  })
  const listener = listenPeers({
    host: '127.0.0.1',
    port: 0,
    certificate,
    checkBearer: createPeerBearerCheck({
      self: identity.nodeId,
      verify: identity.verify,
      standingOf: (nodeId) => (members.has(nodeId) ? 'member' : 'unknown'),
      clockSkewOf: () => 0,
      now: () => Date.now(),
    }),
    stranger: async () => new Response(null, { status: 404 }),
    member: async (request, arrival) =>
      findPeerControl(sharding.peerControls, request, requestTarget(request.url).path).answer(
        request,
        arrival,
      ),
    bodies: createRequestBodies({ clock: systemClock, bodyBytes: createBudget(2 ** 20, 'request bodies') }),
    now: systemClock.now,
    log,
  })
  const node: LendingNode = {
    nodeId: identity.nodeId,
    location: { hosts: ['127.0.0.1'], dataPort: listener.port, certificate: certificate.certificate },
    services,
    fetchBackends: sharding.fetchBackends,
    members,
    isDraining: false,
    cutOff: () => listener.stop(true),
    async stop() {
      sharding.close()
      await listener.stop(true)
      await services.stop()
    },
  }
  return node
}

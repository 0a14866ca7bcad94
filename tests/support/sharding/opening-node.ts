import { createOpenRpcInlet } from '@service/router/adapters/rpc-tunnel/rpc-tunnel-inlet.ts'
import { createConnectRpcOutlet } from '@service/router/adapters/rpc-tunnel/rpc-tunnel-outlet.ts'
import { createSocketTransport } from '@service/router/adapters/socket-transport.ts'
import type { ClusterNode } from '@service/router/features/cluster/cluster-view.ts'
import { createSharding } from '@service/router/features/sharding/create-sharding.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeLoad } from '@service/router/policy/cluster/node-topics.ts'
import type { ModelCatalogue } from '@shared/contracts/model-catalogue.ts'
import { createLog } from '@shared/log/create-log.ts'
import { systemClock } from '@shared/process/clock.ts'
import { Elysia } from 'elysia'
import { openNearNode } from '../near-node.ts'
import { addressesOf } from './lending-node.ts'
import type { LendingNode } from './lending-node.ts'
import { prepareServices } from './service-processes.ts'
import type { ServiceProcesses } from './service-processes.ts'

/** A node that has a model which is too large for it: real services, and of its router what spreads models. */
export interface OpeningNode {
  readonly services: ServiceProcesses
  /** Learns what the others say of themselves. */
  meet(others: readonly LendingNode[]): Promise<void>
  plan(query: string): Promise<Response>
  stop(): Promise<void>
}

export const prepareOpeningNode = async (
  environment: Readonly<Record<string, string>>,
): Promise<OpeningNode> => {
  const services = prepareServices(environment)
  const near = await openNearNode()
  const self = nodeOf(near.nodeId, 'head', { isSelf: true, link: 'self', topics: {} })
  const view: { readonly self: ClusterNode; nodes: readonly ClusterNode[] } = { self, nodes: [self] }
  const models = {
    cards: undefined as ModelCatalogue['models'] | undefined,
    async refresh() {
      const reply = await services.ask('model-store', '/_skein/models')
      models.cards = ((await reply.json()) as ModelCatalogue).models
    },
  }
  const sharding = createSharding({
    view,
    models,
    peers: near.transport,
    fetchMemory: services.memory,
    services: createSocketTransport(addressesOf(services)),
    openInlet: createOpenRpcInlet(systemClock),
    connectOutlet: createConnectRpcOutlet(systemClock),
    isDraining: () => false,
    clock: systemClock,
    createId: () => crypto.randomUUID(),
    log: createLog('router', 'silent'),
  })
  const control = new Elysia().use(sharding.controlPlugin)
  const own = new Elysia({ normalize: false }).use(sharding.planPlugin)
  return {
    services: {
      ...services,
      async start() {
        await services.start()
        control.listen({ unix: services.socketOf('router'), idleTimeout: 0 } as object)
      },
    },
    async meet(others) {
      for (const { location, members, nodeId } of others) {
        near.locations.set(nodeId, location)
        members.add(near.nodeId)
      }
      view.nodes = [self, ...(await Promise.all(others.map(describe)))]
    },
    plan: (query) => own.handle(new Request(`http://localhost/v1/shards/plan${query}`)),
    async stop() {
      await services.stop()
      sharding.close()
      await control.server?.stop(true)
      near.close()
    },
  }
}

const describe = async (
  { fetchBackends, nodeId, services }: LendingNode,
  index: number,
): Promise<ClusterNode> => {
  const { budgetBytes } = await services.memory()
  return nodeOf(nodeId, `lender-${index + 1}`, {
    link: 'up',
    rttMs: 0.1,
    topics: { load: loadOf(budgetBytes), backends: await fetchBackends() },
  })
}

const nodeOf = (nodeId: NodeId, name: string, more: Partial<ClusterNode>): ClusterNode => ({
  nodeId,
  name,
  isSelf: false,
  link: 'up',
  trouble: undefined,
  rttMs: undefined,
  lastSeenAt: undefined,
  clockSkewMs: undefined,
  topics: {},
  ...more,
})

const loadOf = (budgetBytes: number): NodeLoad => ({
  isDraining: false,
  budgetBytes,
  heldBytes: 0,
  lanes: [],
  warm: [],
})

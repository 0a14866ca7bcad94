import { createOpenRpcInlet } from '@service/router/adapters/peers/rpc-tunnel-inlet.ts'
import { createSocketTransport } from '@service/router/adapters/socket-transport.ts'
import type { ClusterNode } from '@service/router/features/cluster/cluster-view.ts'
import { ShardDesk } from '@service/router/features/sharding/shard-desk.ts'
import { shardPlanPlugin } from '@service/router/features/sharding/shard-plan-plugin.ts'
import { shardsControlPlugin } from '@service/router/features/sharding/shards-control-plugin.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeLoad } from '@service/router/policy/cluster/node-topics.ts'
import type { ModelCatalogue } from '@shared/contracts/model-catalogue.ts'
import type { RpcBackend } from '@shared/contracts/rpc-worker.ts'
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
  readonly desk: ShardDesk
  /** Learns what the others say of themselves. */
  meet(others: readonly LendingNode[], budgetBytes: number): Promise<void>
  plan(query: string): Promise<Response>
  stop(): Promise<void>
}

export const prepareOpeningNode = async (
  environment: Readonly<Record<string, string>>,
): Promise<OpeningNode> => {
  const services = prepareServices(environment)
  const near = await openNearNode()
  const self = nodeOf(near.nodeId, 'head', { isSelf: true, link: 'self', topics: {} })
  const view: { self: ClusterNode; nodes: readonly ClusterNode[] } = { self, nodes: [self] }
  const desk = new ShardDesk({
    view,
    peers: near.transport,
    openInlet: createOpenRpcInlet(systemClock),
    clock: systemClock,
    log: createLog('router', 'silent'),
  })
  const control = new Elysia().use(shardsControlPlugin(desk, systemClock))
  const models = {
    cards: undefined as ModelCatalogue['models'] | undefined,
    async refresh() {
      const reply = await services.ask('model-store', '/_skein/models')
      models.cards = ((await reply.json()) as ModelCatalogue).models
    },
  }
  const own = new Elysia({ normalize: false }).use(
    shardPlanPlugin({ desk, models, services: createSocketTransport(addressesOf(services)) }),
  )
  return {
    desk,
    services: {
      ...services,
      async start() {
        await services.start()
        control.listen({ unix: services.socketOf('router'), idleTimeout: 0 } as object)
      },
    },
    async meet(others, budgetBytes) {
      for (const { location, members, nodeId } of others) {
        near.locations.set(nodeId, location)
        members.add(near.nodeId)
      }
      view.self = { ...self, topics: { load: loadOf(budgetBytes) } }
      view.nodes = [view.self, ...(await Promise.all(others.map(describe)))]
    },
    plan: (query) => own.handle(new Request(`http://localhost/v1/shards/plan${query}`)),
    async stop() {
      await services.stop()
      desk.close()
      await control.server?.stop(true)
      near.close()
    },
  }
}

const describe = async ({ nodeId, services }: LendingNode, index: number): Promise<ClusterNode> => {
  const reply = await services.ask('chat', '/_skein/rpc-backend')
  const backend = (await reply.json()) as RpcBackend
  const memory = await services.ask('model-store', '/_skein/memory')
  const { budgetBytes } = (await memory.json()) as { budgetBytes: number }
  return nodeOf(nodeId, `lender-${index + 1}`, {
    link: 'up',
    rttMs: 0.1,
    topics: { load: loadOf(budgetBytes), backends: reply.ok ? [{ ...backend, digest: null }] : [] },
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

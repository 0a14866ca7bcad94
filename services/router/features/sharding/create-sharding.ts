import type { NodeMemory } from '@shared/contracts/memory-lease.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { NodeBackend } from '../../policy/cluster/node-topics.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { ClusterView } from '../cluster/cluster-view.ts'
import type { PeerControl } from '../peer-door/peer-controls.ts'
import type { PeerTransport } from '../other-nodes/peer-transport.ts'
import type { ServiceTransport } from '../forwarding/service-transport.ts'
import type { NodeModels } from '../models/node-models.ts'
import { fetchRpcBackends } from './rpc-backends.ts'
import type { ConnectRpcOutlet, OpenRpcInlet } from './rpc-tunnel.ts'
import { ShardDesk } from './shard-desk.ts'
import { shardPlanPlugin } from './shard-plan-plugin.ts'
import { shardsControlPlugin } from './shards-control-plugin.ts'
import { workerControls } from './worker-controls.ts'
import { WorkerLending } from './worker-lending.ts'

export interface ShardingPorts {
  readonly view: Pick<ClusterView, 'nodes' | 'self'>
  readonly peers: Pick<PeerTransport, 'send' | 'dial'>
  readonly services: Pick<ServiceTransport, 'send'>
  readonly models: Pick<NodeModels, 'cards' | 'refresh'>
  /** Of this node. Rejects while model-store cannot be asked. */
  readonly fetchMemory: () => Promise<NodeMemory>
  readonly openInlet: OpenRpcInlet
  readonly connectOutlet: ConnectRpcOutlet
  /** This node finishes what it has and takes nothing new. */
  readonly isDraining: () => boolean
  readonly clock: RouterClock
  readonly createId: () => string
  readonly log: Log
}

/** One model on several nodes: what this router lends, borrows, shows and says of itself. */
export const createSharding = (ports: ShardingPorts) => {
  const { clock, connectOutlet, models, services } = ports
  const desk = new ShardDesk(ports)
  const lending = new WorkerLending({ ...ports, connect: connectOutlet })
  return {
    /** For the router's own socket. */
    controlPlugin: shardsControlPlugin(desk, clock),
    /** For the public door. */
    planPlugin: shardPlanPlugin({ desk, models, services }),
    /** For the door of other nodes. */
    peerControls: workerControls(lending) satisfies readonly PeerControl[],
    /** For the topic `backends`. */
    fetchBackends: (): Promise<readonly NodeBackend[]> => fetchRpcBackends(services),
    /** Gives back what is borrowed, and takes back what is lent. */
    close(): void {
      desk.close()
      lending.close()
    },
  }
}

export type Sharding = ReturnType<typeof createSharding>

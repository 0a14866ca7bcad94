import type { ClusterView } from '../cluster/cluster-view.ts'
import type { ChooseModel } from '../models/choose-model.ts'
import type { NodeModels } from '../models/node-models.ts'
import type { NodePlacer } from '../placement/node-placer.ts'
import type { PlacementObserver } from '../placement/placement-observer.ts'
import type { RouteTable } from '../routing/route-table.ts'
import type { WaysElsewhere } from '../forwarding/answer-by-kind.ts'
import { createAskNode } from './ask-node.ts'
import type { AskNodePorts } from './ask-node.ts'
import type { Budget } from '../forwarding/budget.ts'
import { createDialNode } from './dial-node.ts'
import { OwnerFinder } from './find-owner.ts'
import { createForwardGathered } from './forward-gathered.ts'
import { createForwardNamed } from './forward-named.ts'
import { createForwardOwned } from './forward-owned.ts'
import { createForwardPlacedSocket } from './forward-placed-socket.ts'
import { createForwardPlaced } from './forward-placed.ts'
import type { ForwardRequest } from '../forwarding/forward-request.ts'
import { createJoinSockets } from '../forwarding/forward-web-socket.ts'
import type { UpgradesSockets, WebSocketPorts } from '../forwarding/forward-web-socket.ts'
import { createOwnerOfEarlier } from './owner-of-earlier.ts'
import type { PeerTransport } from './peer-transport.ts'
import { createReadRequest } from '../forwarding/place-request.ts'
import type { PlacementPorts } from '../forwarding/place-request.ts'
import type { PrefixOf } from './placed-wish.ts'

/** The cluster, as far as requests need it. */
export interface RouterCluster {
  readonly view: ClusterView
  readonly placer: NodePlacer
  readonly peers: PeerTransport
  readonly prefixOf: PrefixOf
}

export interface ClusterWaysPorts
  extends
    RouterCluster,
    Omit<PlacementPorts, 'chooseModel'>,
    Omit<AskNodePorts, 'peers' | 'transport'>,
    Pick<WebSocketPorts, 'clock' | 'patience'> {
  readonly transport: AskNodePorts['transport'] & WebSocketPorts['transport']
  readonly models: NodeModels
  /** Among those of all nodes. */
  readonly chooseModel: ChooseModel
  /** This node's own way. */
  readonly here: ForwardRequest
  readonly table: () => RouteTable
  readonly connections: Budget
  readonly observer: PlacementObserver
  readonly server: () => UpgradesSockets | null
}

/** Joins the ways that may lead to other nodes. */
export const createClusterWays = (ports: ClusterWaysPorts): WaysElsewhere => {
  const askNode = createAskNode(ports)
  const dialNode = createDialNode(ports)
  const joinSockets = createJoinSockets(ports, ports.server)
  const owners = new OwnerFinder({ ...ports, askNode })
  const parts = { ...ports, askNode, dialNode, joinSockets, owners }
  return {
    placed: createForwardPlaced({
      ...parts,
      readRequest: createReadRequest(ports),
      ownerOf: createOwnerOfEarlier(owners),
    }),
    placedSocket: createForwardPlacedSocket(parts),
    owned: createForwardOwned(parts),
    gathered: createForwardGathered(parts),
    named: createForwardNamed(parts),
  }
}

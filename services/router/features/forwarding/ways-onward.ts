import type { ServiceName } from '@shared/contracts/service-name.ts'
import type { Registry } from 'prom-client'
import type { DoorKeeper } from '../access/door-keeper.ts'
import type { Admission } from '../admission/admission.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import { createChooseAnthropicModel } from '../anthropic-proxy/choose-anthropic-model.ts'
import type { ProxySettings } from '../anthropic-proxy/proxy-settings.ts'
import { createLoneNode } from '../cluster/lone-node.ts'
import { createPlacementFigures } from '../metrics/placement-figures.ts'
import { createChooseModel } from '../models/choose-model.ts'
import type { ChooseModel } from '../models/choose-model.ts'
import { ModelsElsewhere } from '../models/models-elsewhere.ts'
import type { NodeModels } from '../models/node-models.ts'
import type { ServiceDirectory } from '../routing/service-directory.ts'
import { createAnswerByKind, createAnswerHere } from './answer-by-kind.ts'
import { createAnswerOwnRoute } from './answer-own-route.ts'
import type { Budget } from './budget.ts'
import { createClusterWays } from '../other-nodes/cluster-ways.ts'
import type { RouterCluster } from '../other-nodes/cluster-ways.ts'
import { createForwardRequest } from './forward-request.ts'
import type { ForwardRequest } from './forward-request.ts'
import { createForwardWebSocket } from './forward-web-socket.ts'
import type { UpgradesSockets } from './forward-web-socket.ts'
import { createPlaceRequest } from './place-request.ts'
import type { RequestBodies } from './request-body.ts'
import type { ServiceTransport } from './service-transport.ts'

export interface WaysOnwardPorts {
  readonly transport: ServiceTransport
  /** Undefined: this node is in no cluster, and will be in none. */
  readonly cluster?: RouterCluster
  readonly node: { readonly name: string }
  readonly models: NodeModels
  readonly anthropicProxy: ProxySettings
  readonly metrics: { readonly registry: Registry }
  readonly settings: { readonly unreadMs: number }
  readonly clock: RouterClock
  /** Unix milliseconds. */
  readonly now: () => number
}

export interface WaysOnwardParts {
  readonly admission: Admission
  readonly bodies: RequestBodies
  readonly directory: () => ServiceDirectory
  readonly keeper: DoorKeeper
  /** Requests that may be with services and other nodes at the same time, from whichever door. */
  readonly connections: Budget
  readonly chooseModel: ChooseModel
  /** The routes of the router itself. */
  readonly handleOwn: (request: Request) => Promise<Response>
  readonly server: () => UpgradesSockets | null
}

/** Which model a request means, of those of all nodes. */
export const createChooseAnyModel = ({
  anthropicProxy,
  cluster,
  models,
  node,
}: Pick<WaysOnwardPorts, 'anthropicProxy' | 'cluster' | 'models' | 'node'>): ChooseModel =>
  createChooseAnthropicModel({
    chooseModel: createChooseModel(models, new ModelsElsewhere(cluster?.view ?? createLoneNode(node.name))),
    models,
    settings: anthropicProxy,
  })

/** Joins all ways on which a request that was let in may get its answer. */
export const createWaysOnward = (ports: WaysOnwardPorts, parts: WaysOnwardParts): ForwardRequest => {
  const { clock, cluster, models, settings, transport } = ports
  const { bodies, directory, handleOwn, server } = parts
  const onward = {
    transport,
    clock,
    patience: { clock, unreadMs: settings.unreadMs },
    connections: parts.connections,
    onUnreachable: (service: ServiceName): void => void directory().refresh(service),
  }
  const placing = { ...parts, models, now: () => ports.now() }
  const here = createAnswerHere({
    forwardRequest: createForwardRequest({ ...onward, placeRequest: createPlaceRequest(placing) }),
    forwardWebSocket: createForwardWebSocket(onward, server),
    answerOwn: createAnswerOwnRoute(bodies, handleOwn),
  })
  const view = cluster?.view ?? createLoneNode(ports.node.name)
  if (cluster === undefined) return createAnswerByKind({ view, here })
  const observer = createPlacementFigures(ports.metrics.registry)
  const table = () => directory().table
  return createAnswerByKind({
    view,
    here,
    elsewhere: createClusterWays({ ...placing, ...onward, ...cluster, models, here, table, observer }),
  })
}

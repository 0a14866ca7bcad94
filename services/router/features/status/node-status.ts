import type { ClusterView, LinkState } from '../cluster/cluster-view.ts'
import type { Admission } from '../admission/admission.ts'
import type { NodeModels } from '../models/node-models.ts'
import type { ServiceState } from '../routing/service-directory.ts'
import type { NodeFacts } from './node-facts.ts'
import { whatIsMissing } from './readiness.ts'

/** The state of the node; `status` and `message` are what ai.local's clients look for. */
export interface NodeStatus {
  readonly status: 'Running'
  readonly message: string
  readonly name: 'skein'
  readonly version: string
  readonly uptimeSeconds: number
  readonly port: number
  readonly platform: string
  readonly services: readonly ServiceState[]
  readonly models: readonly { readonly id: string; readonly state: string }[]
  readonly queue: { readonly waiting: number; readonly running: number }
  /** All nodes, this one first; null: it is in no cluster. */
  readonly cluster: { readonly id: string; readonly nodes: readonly NodeInCluster[] } | null
}

export interface NodeInCluster {
  readonly name: string
  readonly link: LinkState
}

export interface StatusPorts {
  readonly node: NodeFacts
  readonly states: () => readonly ServiceState[]
  readonly models: NodeModels
  readonly admission: Pick<Admission, 'waitingCount' | 'runningCount'>
  readonly view: Pick<ClusterView, 'clusterId' | 'nodes'>
}

export const readNodeStatus = async ({
  node,
  models,
  admission,
  states,
  view,
}: StatusPorts): Promise<NodeStatus> => ({
  status: 'Running',
  message: messageOf(states(), models),
  name: 'skein',
  version: node.version,
  uptimeSeconds: node.uptimeSeconds(),
  port: node.port(),
  platform: node.platform,
  services: states(),
  models: await modelStates(models),
  queue: { waiting: admission.waitingCount, running: admission.runningCount },
  cluster: clusterOf(view),
})

const clusterOf = ({ clusterId, nodes }: StatusPorts['view']): NodeStatus['cluster'] =>
  clusterId === undefined ? null : { id: clusterId, nodes: nodes.map(({ link, name }) => ({ name, link })) }

const messageOf = (...known: Parameters<typeof whatIsMissing>): string => {
  const missing = whatIsMissing(...known)
  return missing === undefined ? 'Server is currently running.' : `Server is currently running, ${missing}.`
}

/** Without model-store: the models that were there last, in a state that nobody knows. */
const modelStates = async (models: NodeModels): Promise<NodeStatus['models']> => {
  try {
    return (await models.states()).map(({ id, state }) => ({ id, state }))
  } catch {
    return (models.cards ?? []).map(({ id }) => ({ id, state: 'unknown' }))
  }
}

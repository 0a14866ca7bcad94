import type { ModelCard, ModelId } from '@shared/inference/model-card.ts'
import { decisionNote, decisionReason } from '../../policy/placement/placement-words.ts'
import type { FailedTry } from '../../policy/placement/placement-words.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { ClusterView } from '../cluster/cluster-view.ts'
import type { ChooseModel } from '../models/choose-model.ts'
import type { NodeModels } from '../models/node-models.ts'
import type { NodePlacer, NodeWish } from '../placement/node-placer.ts'
import type { PlacementObserver } from '../placement/placement-observer.ts'
import type { DialNode } from './dial-node.ts'
import type { ForwardRequest, RoutedRequest } from '../forwarding/forward-request.ts'
import type { JoinSockets } from '../forwarding/forward-web-socket.ts'
import { nobodyCan } from './nobody-can.ts'
import { modelCapability } from '../forwarding/placed-request.ts'
import { retryReasonOfFailure } from './retry-reason.ts'

const MOST_TRIES = 3

export interface PlacedSocketPorts {
  readonly view: ClusterView
  readonly placer: NodePlacer
  readonly models: Pick<NodeModels, 'cards'>
  readonly chooseModel: ChooseModel
  readonly dialNode: DialNode
  readonly joinSockets: JoinSockets
  readonly observer: PlacementObserver
}

/**
 * Opens a WebSocket whose messages name their models later, so that a node is chosen by what it can do: this one when it
 * has any model that is able, else the best. The reservation there ends with the handshake: what follows is in the
 * figures of that node.
 */
export const createForwardPlacedSocket =
  (ports: PlacedSocketPorts): ForwardRequest =>
  async (routed) => {
    if (hasAbleModel(ports.models.cards ?? [], routed.route.entry.capability)) {
      note(routed, ports.view.self.name, 'local; able')
      return ports.joinSockets(routed, await ports.dialNode(ports.view.self, routed))
    }
    return dialBest(ports, routed, await wishOf(ports, routed))
  }

const note = ({ visit }: RoutedRequest, node: string, routeNote: string): void => {
  visit.node = node
  visit.tries += 1
  visit.routeNote = routeNote
}

/** The test model of a new node answers only while there is no other anywhere. */
const hasAbleModel = (cards: readonly ModelCard[], capability: string): boolean =>
  cards.some(
    ({ capabilities, defect, isTestModel }) =>
      !isTestModel && defect === undefined && capabilities.some((able) => able === capability),
  )

const wishOf = async (
  { chooseModel }: PlacedSocketPorts,
  { route: { entry } }: RoutedRequest,
): Promise<NodeWish> => ({
  capability: entry.capability,
  model: await defaultModel(chooseModel, entry.capability),
  promptTokens: 0,
  answerTokens: 0,
  onlyNode: undefined,
  excluded: [],
  prefix: undefined,
})

/** What the node must have so that somebody can be answered there; undefined where no model is needed. */
const defaultModel = async (chooseModel: ChooseModel, capability: string): Promise<ModelId | undefined> => {
  const needed = modelCapability(capability)
  return needed === undefined ? undefined : chooseModel('', needed)
}

const dialBest = async (
  ports: PlacedSocketPorts,
  routed: RoutedRequest,
  wish: NodeWish,
): Promise<Response> => {
  const failed: (FailedTry & { readonly nodeId: NodeId })[] = []
  for (;;) {
    const decision = ports.placer.decide({ ...wish, excluded: failed.map(({ nodeId }) => nodeId) })
    const [choice] = decision.ranking
    if (choice === undefined) throw nobodyCan(wish, decision.rejections)
    const { name, nodeId } = choice
    note(routed, name, decisionNote(decision, 0, failed))
    ports.observer.onDecision(decision.policy, name, decisionReason(decision, failed))
    const sent = ports.placer.onSent(nodeId, wish)
    try {
      const isSelf = nodeId === ports.view.self.nodeId
      const dialled = await ports.dialNode({ name, nodeId, isSelf }, routed)
      sent.onEnd('answered')
      return await ports.joinSockets(routed, dialled)
    } catch (error) {
      const reason = retryReasonOfFailure(error)
      sent.onEnd(reason === 'unreachable' ? reason : 'failed')
      if (reason === undefined || failed.length + 1 >= MOST_TRIES) throw error
      ports.observer.onRetry(reason)
      failed.push({ name, nodeId, reason })
    }
  }
}

import { INTERNAL_HEADER } from '@shared/contracts/internal-header.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { PrefixChain } from '../../policy/placement/prefix-chain.ts'
import type { RouteMatch } from '../routing/route-table.ts'
import type { PrefixOf } from '../other-nodes/placed-wish.ts'
import type { NodeModels } from '../models/node-models.ts'
import type { PlaceRequest } from '../forwarding/place-request.ts'
import { namesModel, passBodyOn } from '../forwarding/placed-request.ts'
import type { PlacedRequest } from '../forwarding/placed-request.ts'
import type { RequestBodies } from '../forwarding/request-body.ts'
import { waitForSlot } from '../forwarding/wait-for-slot.ts'
import type { SlotPorts } from '../forwarding/wait-for-slot.ts'

export interface PlaceForPeerPorts extends SlotPorts {
  readonly models: Pick<NodeModels, 'cards' | 'refresh'>
  readonly bodies: RequestBodies
  readonly prefixOf: PrefixOf
  /** The model's engine has read this beginning of a prompt, or is about to. */
  readonly onWorked: (model: ModelId, prefix: PrefixChain) => void
}

/**
 * What another node has placed here stays here: its model is the one that was resolved there, and it waits in the queue of
 * this node.
 * @throws Fault `model_not_found` when this node does not have the model (any more), and what the queue throws
 */
export const createPlaceForPeer =
  (ports: PlaceForPeerPorts): PlaceRequest =>
  async (visit, route, request) => {
    const { bodyLimitBytes } = route.entry
    const isForModel = namesModel(route, request)
    visit.model = await modelOf(ports.models, request.headers, isForModel)
    const placed: PlacedRequest = isForModel
      ? { body: await ports.bodies.readWhole(visit, request, bodyLimitBytes), refused: undefined }
      : passBodyOn(ports.bodies, request, bodyLimitBytes)
    await waitForSlot(ports, visit, { route, request, placed })
    rememberPrompt(ports, route, visit.model, placed)
    return placed
  }

/** Only engines that write keep what they have read. */
const rememberPrompt = (
  { onWorked, prefixOf }: PlaceForPeerPorts,
  { entry }: RouteMatch,
  model: ModelId | undefined,
  { body }: PlacedRequest,
): void => {
  if (entry.capability !== 'chat' || model === undefined || !(body instanceof Uint8Array)) return
  const prefix = prefixOf(entry.dialect, body)
  if (prefix !== undefined) onWorked(model, prefix)
}

const modelOf = async (
  models: PlaceForPeerPorts['models'],
  headers: Headers,
  isNeeded: boolean,
): Promise<ModelId | undefined> => {
  const named = headers.get(INTERNAL_HEADER.model)
  if (named === null && !isNeeded) return undefined
  const id = parseModelId(named ?? '')
  if (id === undefined) {
    throw new Fault('invalid_request', `A placed request names its model: '${INTERNAL_HEADER.model}'.`, {
      param: INTERNAL_HEADER.model,
    })
  }
  const hasIt = (): boolean => models.cards?.some((card) => card.id === id) ?? false
  // It may have come a moment ago.
  if (!hasIt()) await models.refresh()
  if (!hasIt()) throw new Fault('model_not_found', `The node that was to answer has no model '${id}'.`)
  return id
}

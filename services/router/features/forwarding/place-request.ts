import { Fault } from '@shared/fault/fault.ts'
import type { ModelCapability } from '@shared/inference/model-card.ts'
import { findModelName } from '../../policy/model-name-in-body.ts'
import type { Caller } from '../access/caller.ts'
import type { DoorKeeper } from '../access/door-keeper.ts'
import type { ChooseModel } from '../models/choose-model.ts'
import type { RouteMatch } from '../routing/route-table.ts'
import { modelCapability, namesModel, passBodyOn } from './placed-request.ts'
import type { PlacedRequest } from './placed-request.ts'
import type { RequestBodies } from './request-body.ts'
import type { Visit } from './visit.ts'
import { waitForSlot } from './wait-for-slot.ts'
import type { SlotPorts } from './wait-for-slot.ts'

export interface PlacementPorts extends SlotPorts {
  readonly chooseModel: ChooseModel
  readonly keeper: Pick<DoorKeeper, 'admit'>
  readonly bodies: RequestBodies
}

export type PlaceRequest = (visit: Visit, route: RouteMatch, request: Request) => Promise<PlacedRequest>

/**
 * Finds out which model a request is for; the visit knows it then.
 * @throws Fault for a body that is too large or names no model
 */
export const createReadRequest =
  (ports: Omit<PlacementPorts, keyof SlotPorts>): PlaceRequest =>
  async (visit, route, request) => {
    const capability = namesModel(route, request) ? modelCapability(route.entry.capability) : undefined
    return capability === undefined
      ? passBodyOn(ports.bodies, request, route.entry.bodyLimitBytes)
      : readForModel(ports, visit, { ...route, capability }, request)
  }

/**
 * Reads a request, and waits for a slot of its model on this node, on whose account; the visit knows all that then.
 * @throws Fault for a body that is too large or names no model of this node, and what the queue throws
 */
export const createPlaceRequest = (ports: PlacementPorts): PlaceRequest => {
  const readRequest = createReadRequest(ports)
  return async (visit, route, request) => {
    const placed = await readRequest(visit, route, request)
    await waitForSlot(ports, visit, { route, request, placed })
    return placed
  }
}

const readForModel = async (
  ports: Omit<PlacementPorts, keyof SlotPorts>,
  visit: Visit,
  { capability, entry }: RouteMatch & { readonly capability: ModelCapability },
  request: Request,
): Promise<PlacedRequest> => {
  const body = await ports.bodies.readWhole(visit, request, entry.bodyLimitBytes)
  const asked = askedModel(visit.caller, body)
  visit.model = await ports.chooseModel(asked, capability, entry.dialect)
  ports.keeper.admit(visit.caller, entry, { foreignOrigin: visit.page, model: visit.model })
  return { body, refused: undefined }
}

/** The model that answers whatever model this caller names. */
const boundModel = (caller: Caller): string | undefined =>
  caller.type === 'key' ? (caller.key.endpointId ?? undefined) : undefined

/** The model that a request of this caller asks for; undefined: none. @throws Fault `invalid_request` */
export const askedModel = (caller: Caller, body: Uint8Array): string | undefined =>
  boundModel(caller) ?? modelNameIn(body)

const modelNameIn = (body: Uint8Array): string | undefined => {
  const found = findModelName(body)
  if (found.type === 'malformed') throw new Fault('invalid_request', 'The request body is not valid JSON.')
  if (found.type === 'not-text') {
    throw new Fault('invalid_request', "Invalid 'model': a model is named by a string.", { param: 'model' })
  }
  return found.type === 'named' ? found.name : undefined
}

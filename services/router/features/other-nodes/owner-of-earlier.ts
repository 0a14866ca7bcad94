import type { NodeId } from '../../policy/cluster/node-id.ts'
import { earlierResponseIn } from '../../policy/earlier-response-in-body.ts'
import type { OwnerFinder } from './find-owner.ts'
import type { RoutedRequest } from '../forwarding/forward-request.ts'
import type { PlacedRequest } from '../forwarding/placed-request.ts'

/** Routes whose bodies may go on from a response that was kept. */
const GOES_ON = /^(\/v1)?\/responses(\/input_tokens)?$/

/** The node that has the response from which a request goes on; undefined when it goes on from none that is known. */
export type OwnerOfEarlier = (routed: RoutedRequest, placed: PlacedRequest) => Promise<NodeId | undefined>

export const createOwnerOfEarlier =
  (owners: Pick<OwnerFinder, 'ownerOf'>): OwnerOfEarlier =>
  async (routed, { body }) => {
    if (!GOES_ON.test(routed.route.entry.path) || !(body instanceof Uint8Array)) return undefined
    const id = earlierResponseIn(body)
    if (id === undefined) return undefined
    return owners.ownerOf(routed, `/v1/responses/${encodeURIComponent(id)}`, true)
  }

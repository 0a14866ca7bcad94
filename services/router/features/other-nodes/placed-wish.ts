import type { DialectName } from '@shared/contracts/route-manifest.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { estimateAnswerTokens, estimatePromptTokens } from '../../policy/admission/request-cost.ts'
import type { NodeWish } from '../placement/node-placer.ts'
import type { RoutedRequest } from '../forwarding/forward-request.ts'
import type { PlacedRequest } from '../forwarding/placed-request.ts'
import { bytesOf, settleTerms } from '../forwarding/wait-for-slot.ts'

/** The beginning of the prompt in a JSON body; undefined when there is none to speak of. */
export type PrefixOf = (dialect: DialectName, body: Uint8Array) => NodeWish['prefix']

/** What is to be placed for a request whose body and model are known. */
export const wishOf = (
  prefixOf: PrefixOf,
  { request, route: { entry }, visit }: RoutedRequest,
  placed: PlacedRequest,
  onlyNode: NodeId | undefined,
): NodeWish => {
  const { work } = settleTerms(visit, { placed, request })
  return {
    capability: entry.capability,
    model: visit.model,
    promptTokens: estimatePromptTokens(bytesOf(placed, request)),
    answerTokens: estimateAnswerTokens(work.limitTokens),
    onlyNode,
    excluded: [],
    prefix: placed.body instanceof Uint8Array ? prefixOf(entry.dialect, placed.body) : undefined,
  }
}

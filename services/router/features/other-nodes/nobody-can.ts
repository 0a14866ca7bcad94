import { Fault } from '@shared/fault/fault.ts'
import type { FaultCode } from '@shared/fault/fault.ts'
import type { PlacementRejection, RejectionReason } from '../../policy/placement/placement.ts'
import { rejectionSentence } from '../../policy/placement/placement-words.ts'
import type { NodeWish } from '../placement/node-placer.ts'

const RETRY_SECONDS = 2

/** These say nothing of how a node is: it just has nothing to do with this request. */
const BESIDE_THE_POINT: readonly RejectionReason[] = ['no-model', 'no-capability', 'not-the-owner']
/** What goes by with time. */
const BUSY: readonly RejectionReason[] = ['too-large', 'draining']

/** Why no node is asked, for the caller; 503, or the model's own fault where nothing else is wrong. */
export const nobodyCan = (wish: NodeWish, rejections: readonly PlacementRejection[]): Fault => {
  const telling = rejections.filter(({ reason }) => !BESIDE_THE_POINT.includes(reason))
  const reasons = rejectionSentence(telling.length === 0 ? rejections : telling)
  const what = wish.model === undefined ? `can do '${wish.capability}'` : `can answer with '${wish.model}'`
  if (telling.length > 0 && telling.every(({ reason }) => reason === 'broken-model')) {
    return new Fault('model_not_loadable', `The model '${wish.model ?? ''}' cannot be used: ${reasons}.`, {
      param: 'model',
    })
  }
  const code: FaultCode = telling.some(({ reason }) => BUSY.includes(reason)) ? 'overloaded' : 'unavailable'
  return new Fault(code, `No node ${what} now: ${reasons}.`, { retryAfterSeconds: RETRY_SECONDS })
}

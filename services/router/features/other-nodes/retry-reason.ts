import { FAULT_HEADER } from '@shared/contracts/internal-header.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { FaultCode } from '@shared/fault/fault.ts'
import { PeerUnreachable } from './peer-transport.ts'
import { ServiceUnreachable } from '../forwarding/service-transport.ts'

/** Why a request may be worth another node. */
export const RETRY_REASONS = [
  'unreachable',
  /** It broke the connection before it answered. */
  'broke off',
  'unavailable',
  'overloaded',
  'engine failed',
  'queue full',
  /** Its catalogue is another by now. */
  'model gone',
] as const

export type RetryReason = (typeof RETRY_REASONS)[number]

/**
 * A node that is lost does not work on the request any more: another try is not twice the work, and needs no budget.
 * All that was there at once may go on elsewhere.
 */
export const isOfLostNode = (reason: RetryReason): boolean =>
  reason === 'unreachable' || reason === 'broke off'

/** Nothing of these is the caller's own making, and another node may do better. */
const REASON_OF_CODE: Partial<Record<FaultCode, RetryReason>> = {
  unavailable: 'unavailable',
  overloaded: 'overloaded',
  no_model: 'unavailable',
  engine_failed: 'engine failed',
  queue_full: 'queue full',
  model_not_found: 'model gone',
}

/** Undefined: the reply is for the client, whatever it says. */
export const retryReasonOfReply = ({ headers, status }: Response): RetryReason | undefined => {
  if (status < 400) return undefined
  if (status === 502) return 'unavailable'
  const code = headers.get(FAULT_HEADER)
  // The header comes from one of our own; what it must not do is make a table give us `toString`.
  if (code !== null && Object.hasOwn(REASON_OF_CODE, code)) return REASON_OF_CODE[code as FaultCode]
  return status === 503 ? 'unavailable' : undefined
}

/** The same for what was thrown instead of a reply. */
export const retryReasonOfFailure = (thrown: unknown): RetryReason | undefined => {
  if (!(thrown instanceof Fault)) return undefined
  const { cause, code } = thrown
  if (cause instanceof PeerUnreachable || cause instanceof ServiceUnreachable) return 'unreachable'
  if (code === 'unavailable') return 'broke off'
  return REASON_OF_CODE[code]
}

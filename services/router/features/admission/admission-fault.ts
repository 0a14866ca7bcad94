import { Fault } from '@shared/fault/fault.ts'
import type { FaultCode } from '@shared/fault/fault.ts'
import type { AdmissionRefusal } from '../../policy/admission/admission-queue.ts'

/** A caller that comes back sooner than this would only be refused again; later is a guess. */
const SHORTEST_RETRY_SECONDS = 1
const LONGEST_RETRY_SECONDS = 60

const REFUSALS = {
  'queue-full': ['queue_full', 'The queue of this node is full. Try again later.'],
  'waited-too-long': ['overloaded', 'No slot of this model became free in time. Try again later.'],
  'deadline-passed': [
    'overloaded',
    'The deadline of this request passed before it was begun. Send it again.',
  ],
} as const satisfies Record<AdmissionRefusal['reason'], readonly [FaultCode, string]>

/** A refusal of the queue in the caller's words, with its place and estimate as facts that a program can read. */
export const admissionFault = ({ reason, position, etaMs }: AdmissionRefusal): Fault => {
  const seconds = Math.ceil(etaMs / 1000)
  const [code, message] = REFUSALS[reason]
  return new Fault(code, message, {
    retryAfterSeconds: Math.min(LONGEST_RETRY_SECONDS, Math.max(SHORTEST_RETRY_SECONDS, seconds)),
    details: { position, etaMs },
  })
}

import { Fault } from '@shared/fault/fault.ts'
import { WireFailure } from './connector.ts'
import type { WireFailureReason } from './connector.ts'

const PROBLEM = {
  unreachable: 'cannot be reached',
  untrusted: 'has no certificate that is valid for its name',
  headers_too_large: 'sends headers that are too large',
  broken: 'broke off or does not speak proper HTTP',
} satisfies Record<WireFailureReason, string>

/** A failure of the connection in our words; anything else as it is. What the system said stays in `cause`. */
export const wireFault = (error: unknown, param: string): unknown =>
  error instanceof WireFailure
    ? new Fault('unavailable', `The server of the URL in '${param}' ${PROBLEM[error.reason]}.`, {
        param,
        cause: error,
      })
    : error

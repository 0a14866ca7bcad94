import type { Fault, FaultCode } from '@shared/fault/fault.ts'
import { anthropicFrame } from './anthropic-frame.ts'

/**
 * Anthropic's `type` of each failure. Its own service says `overloaded_error` with 529, a number that only its clients
 * know; ours stays 503, which proxies know too. The official clients try both again after `Retry-After`, and tell what
 * it is by this word.
 */
const TYPE = {
  invalid_request: 'invalid_request_error',
  context_length_exceeded: 'invalid_request_error',
  unauthorized: 'authentication_error',
  forbidden: 'permission_error',
  not_found: 'not_found_error',
  model_not_found: 'not_found_error',
  method_not_allowed: 'invalid_request_error',
  request_timeout: 'timeout_error',
  conflict: 'conflict_error',
  too_large: 'request_too_large',
  unsupported_media_type: 'invalid_request_error',
  model_not_loadable: 'invalid_request_error',
  rate_limited: 'rate_limit_error',
  queue_full: 'rate_limit_error',
  internal: 'api_error',
  engine_failed: 'api_error',
  not_supported: 'api_error',
  overloaded: 'overloaded_error',
  unavailable: 'overloaded_error',
  no_model: 'api_error',
} as const satisfies Record<FaultCode, string>

/**
 * Anthropic's error envelope. `details.error_code` is where its clients look for the exact cause: ours, unless the Fault
 * tells one that they know.
 */
export interface AnthropicFaultBody {
  readonly type: 'error'
  readonly error: {
    readonly type: string
    readonly message: string
    readonly details: Readonly<Record<string, string | number | boolean>>
  }
  readonly request_id: string | null
}

export const anthropicFaultBody = (fault: Fault, requestId: string | null): AnthropicFaultBody => ({
  type: 'error',
  error: {
    type: TYPE[fault.code],
    message: fault.message,
    details: {
      error_code: fault.code,
      ...fault.details,
      ...(fault.param === undefined ? {} : { param: fault.param }),
    },
  },
  request_id: requestId,
})

/** The last event of a stream that fails after its first byte. */
export const anthropicFaultFrame = (fault: Fault, requestId: string | null): string =>
  anthropicFrame(anthropicFaultBody(fault, requestId))

import type { Fault, FaultCode } from '@shared/fault/fault.ts'

/** OpenAI's `type` of each failure. */
const TYPE = {
  invalid_request: 'invalid_request_error',
  context_length_exceeded: 'invalid_request_error',
  unauthorized: 'invalid_request_error',
  forbidden: 'permission_error',
  not_found: 'invalid_request_error',
  model_not_found: 'invalid_request_error',
  method_not_allowed: 'invalid_request_error',
  request_timeout: 'invalid_request_error',
  conflict: 'invalid_request_error',
  too_large: 'invalid_request_error',
  unsupported_media_type: 'invalid_request_error',
  model_not_loadable: 'invalid_request_error',
  rate_limited: 'rate_limit_error',
  queue_full: 'rate_limit_error',
  internal: 'server_error',
  engine_failed: 'server_error',
  not_supported: 'not_supported_error',
  overloaded: 'service_unavailable',
  unavailable: 'service_unavailable',
  no_model: 'service_unavailable',
} as const satisfies Record<FaultCode, string>

/** OpenAI's `code`, where its clients look for another word than ours. */
const CODE: Partial<Record<FaultCode, string>> = {
  unauthorized: 'invalid_api_key',
  rate_limited: 'rate_limit_exceeded',
}

/** OpenAI's error envelope; `details` are an extension that its clients ignore. */
export interface OpenaiFaultBody {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string
    readonly details?: Fault['details']
  }
}

export const openaiFaultBody = (fault: Fault): OpenaiFaultBody => ({
  error: {
    message: fault.message,
    type: TYPE[fault.code],
    param: fault.param ?? null,
    code: CODE[fault.code] ?? fault.code,
    ...(fault.details === undefined ? {} : { details: fault.details }),
  },
})

/** The last frames of a stream that fails after its first byte. */
export const openaiFaultFrame = (fault: Fault): string =>
  `event: error\ndata: ${JSON.stringify(openaiFaultBody(fault))}\n\ndata: [DONE]\n\n`

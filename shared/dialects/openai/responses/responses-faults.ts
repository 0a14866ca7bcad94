import type { Fault, FaultCode } from '@shared/fault/fault.ts'
import { openaiFaultBody } from '../openai-faults.ts'
import type { OpenaiFaultBody } from '../openai-faults.ts'

/** Types that clients of this route know by other words than those of OpenAI's older routes. */
const TYPE: Partial<Record<FaultCode, string>> = {
  not_found: 'not_found',
  engine_failed: 'model_error',
  internal: 'model_error',
}

/** A failure in OpenAI's envelope. */
export const responsesFaultBody = (fault: Fault): OpenaiFaultBody => {
  const { error } = openaiFaultBody(fault)
  const isPreviousMissing = fault.code === 'not_found' && fault.param === 'previous_response_id'
  return {
    error: {
      ...error,
      type: TYPE[fault.code] ?? error.type,
      code: isPreviousMissing ? 'previous_response_not_found' : error.code,
    },
  }
}

/** The fields of an `error` event: OpenAI's at its top, LocalAI's (which OpenAI's client reads too) in `error`. */
export const responsesErrorEvent = (fault: Fault) => {
  const { error } = responsesFaultBody(fault)
  return { type: 'error' as const, code: error.code, message: error.message, param: error.param, error }
}

/** OpenAI's closed list of `error.code` in a failed response. */
const RESOURCE_CODE: Partial<Record<FaultCode, string>> = {
  invalid_request: 'invalid_prompt',
  context_length_exceeded: 'invalid_prompt',
  rate_limited: 'rate_limit_exceeded',
  queue_full: 'rate_limit_exceeded',
}

export const responsesErrorOf = (fault: Fault): { code: string; message: string } => ({
  code: RESOURCE_CODE[fault.code] ?? 'server_error',
  message: fault.message,
})

import { REQUEST_ID_HEADER } from '@shared/contracts/internal-header.ts'
import { anthropicFaultBody } from '@shared/dialects/anthropic/anthropic-faults.ts'
import { Fault } from '@shared/fault/fault.ts'
import { faultResponse } from '@shared/http/fault-response.ts'

/** Anthropic lists its models at OpenAI's paths; its clients name the version of its API in every request. */
export const wantsAnthropic = ({ headers }: Request): boolean => headers.has('anthropic-version')

/** The reply, or the failure in Anthropic's envelope. */
export const anthropicReply = (request: Request, reply: () => unknown): Response => {
  try {
    return Response.json(reply())
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return faultResponse(error, anthropicFaultBody(error, request.headers.get(REQUEST_ID_HEADER)))
  }
}

import type { Fault } from '@shared/fault/fault.ts'
import { openaiFaultBody } from '../openai/openai-faults.ts'
import type { OpenaiFaultBody } from '../openai/openai-faults.ts'

/** ToolPiper's error envelope is OpenAI's; only what a platform cannot do has a word of its own. */
export const toolpiperFaultBody = (fault: Fault): OpenaiFaultBody => {
  const body = openaiFaultBody(fault)
  if (fault.code !== 'not_supported') return body
  return { error: { ...body.error, code: 'not_supported_on_platform' } }
}

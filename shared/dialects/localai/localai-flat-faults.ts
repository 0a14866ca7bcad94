import type { Fault } from '@shared/fault/fault.ts'

/** How the newer routes of LocalAI write a failure: `{"error":"text"}`. The others write OpenAI's envelope. */
export const localaiFlatFaultBody = (fault: Fault): { readonly error: string } => ({ error: fault.message })

import { FAULT_HEADER } from '@shared/contracts/internal-header.ts'
import type { Fault } from '@shared/fault/fault.ts'

/** A Fault as an HTTP response with the dialect's body, and `Retry-After` where a retry makes sense. */
export const faultResponse = (fault: Fault, body: unknown): Response =>
  Response.json(body, {
    status: fault.status,
    headers: {
      [FAULT_HEADER]: fault.code,
      ...(fault.retryAfterSeconds === undefined
        ? {}
        : { 'retry-after': String(Math.ceil(fault.retryAfterSeconds)) }),
      ...(fault.code === 'unauthorized' ? { 'www-authenticate': 'Bearer realm="skein"' } : {}),
    },
  })

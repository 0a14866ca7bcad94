import { Fault } from '@shared/fault/fault.ts'
import { Elysia } from 'elysia'
import { faultResponse } from './fault-response.ts'
import { faultOfElysia } from './faults-as.ts'
import type { FaultBody } from './faults-as.ts'

export interface PrefixDialect {
  /** Longest match first; '' catches the rest. */
  readonly prefix: string
  readonly faultBody: FaultBody
}

/** Plugin: whatever no route claims is answered in the dialect that its path begins like. */
export const unknownRoute = (dialects: readonly PrefixDialect[]) =>
  new Elysia({ name: 'http/unknown-route' }).onError({ as: 'global' }, ({ code, error, request, path }) => {
    const dialect = dialects.find(({ prefix }) => path.startsWith(prefix))
    if (dialect === undefined) return undefined
    const fault =
      code === 'NOT_FOUND'
        ? new Fault(
            'not_found',
            `Unknown request URL: ${request.method} ${path}. GET /v1/openapi.json lists what there is.`,
          )
        : faultOfElysia(code, error)
    return faultResponse(fault, dialect.faultBody(fault))
  })

import { REQUEST_ID_HEADER } from '@shared/contracts/internal-header.ts'
import { Fault } from '@shared/fault/fault.ts'
import { Elysia } from 'elysia'
import { faultResponse } from './fault-response.ts'
import type { FaultBody } from './faults-as.ts'

export interface PrefixDialect {
  /** The first that the path begins with wins; '' catches the rest. */
  readonly prefix: string
  readonly faultBody: FaultBody
}

/**
 * Plugin: a path that no route claims is answered in the dialect that it begins like. Every other failure is left to the
 * `faultsAs` of its route.
 */
export const unknownRoute = (dialects: readonly PrefixDialect[]) =>
  new Elysia({ name: 'http/unknown-route' }).onError({ as: 'global' }, ({ code, request, path }) => {
    if (code !== 'NOT_FOUND') return undefined
    const dialect = dialects.find(({ prefix }) => path.startsWith(prefix))
    if (dialect === undefined) return undefined
    const fault = new Fault(
      'not_found',
      `Unknown request URL: ${request.method} ${path.slice(0, 200)}. GET /v1/openapi.json lists what there is.`,
    )
    return faultResponse(fault, dialect.faultBody(fault, request.headers.get(REQUEST_ID_HEADER)))
  })

import { REQUEST_ID_HEADER } from '@shared/contracts/internal-header.ts'
import { Fault } from '@shared/fault/fault.ts'
import { toFault } from '@shared/fault/to-fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia, ParseError, ValidationError } from 'elysia'
import { faultResponse } from './fault-response.ts'

/** How one dialect writes a failure. `requestId` is null when the request did not come through the router. */
export type FaultBody = (fault: Fault, requestId: string | null) => unknown

/**
 * Plugin: every failure of the routes that `use` it is answered in one dialect.
 * @param dialect seeds the plugin, so that two dialects in one app do not share it
 */
export const faultsAs = (dialect: string, faultBody: FaultBody, log?: Log) =>
  new Elysia({ name: 'http/faults-as', seed: dialect }).onError(
    { as: 'scoped' },
    ({ code, error, request }) => {
      const fault = faultOfElysia(code, error)
      if (fault.code === 'internal') log?.error({ err: fault.cause, url: request.url }, 'unexpected failure')
      return faultResponse(fault, faultBody(fault, request.headers.get(REQUEST_ID_HEADER)))
    },
  )

/** Elysia's own failures as Faults: wrong bodies are the caller's, with the field named. */
export const faultOfElysia = (code: string | number, error: unknown): Fault => {
  if (error instanceof ValidationError) return faultOfValidation(error)
  if (error instanceof ParseError && error.cause instanceof Fault) return error.cause
  if (error instanceof ParseError || code === 'PARSE') {
    return new Fault('invalid_request', 'The request body is not valid JSON.', { cause: error })
  }
  if (isUnprintable(error)) {
    return new Fault('invalid_request', 'Invalid request body: a field has a value of the wrong type.', {
      cause: error,
    })
  }
  if (code === 'NOT_FOUND') return new Fault('not_found', 'There is no such route.')
  return toFault(error)
}

/**
 * Elysia (1.4) writes a wrong value into its message, and breaks over `{"toString": 5}`: an object that cannot become a
 * text. It only ever prints what did not pass the schema.
 */
const isUnprintable = (error: unknown): boolean =>
  error instanceof TypeError && error.message === 'No default value'

const faultOfValidation = (error: ValidationError): Fault => {
  const first = error.all[0]
  const path = first !== undefined && 'path' in first && typeof first.path === 'string' ? first.path : ''
  const param = path.slice(1).replaceAll('/', '.')
  const reason = first !== undefined && 'message' in first ? String(first.message) : 'is not as documented'
  return new Fault(
    'invalid_request',
    param === '' ? `Invalid request body: ${reason}` : `Invalid '${param}': ${reason}`,
    {
      ...(param === '' ? {} : { param }),
      cause: error,
    },
  )
}

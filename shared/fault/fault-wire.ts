import { FAULT_STATUS, Fault } from './fault.ts'
import type { FaultCode, FaultOptions } from './fault.ts'

/** A Fault between our own processes (HTTP control plane, IPC of engine children): plain JSON. */
export interface WireFault {
  readonly code: FaultCode
  readonly message: string
  readonly param?: string
  readonly retryAfterSeconds?: number
  readonly details?: Readonly<Record<string, string | number | boolean>>
}

export const encodeFault = (fault: Fault): WireFault => ({
  code: fault.code,
  message: fault.message,
  ...(fault.param === undefined ? {} : { param: fault.param }),
  ...(fault.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: fault.retryAfterSeconds }),
  ...(fault.details === undefined ? {} : { details: fault.details }),
})

/** Rebuilds a Fault from JSON of one of our own processes; anything else becomes `internal`. */
export const decodeFault = (wire: unknown): Fault => {
  if (!isWireFault(wire))
    return new Fault('internal', 'A part of this node answered with an unreadable failure.')
  const options: FaultOptions = {
    ...(wire.param === undefined ? {} : { param: wire.param }),
    ...(wire.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: wire.retryAfterSeconds }),
    ...(wire.details === undefined ? {} : { details: wire.details }),
  }
  return new Fault(wire.code, wire.message, options)
}

const isWireFault = (wire: unknown): wire is WireFault =>
  typeof wire === 'object' &&
  wire !== null &&
  'code' in wire &&
  typeof wire.code === 'string' &&
  Object.hasOwn(FAULT_STATUS, wire.code) &&
  'message' in wire &&
  typeof wire.message === 'string'

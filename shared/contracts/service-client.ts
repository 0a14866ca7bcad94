import { decodeFault } from '@shared/fault/fault-wire.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ServiceAddress } from './service-address.ts'

export interface ServiceCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path with query, beginning with `/_skein/`. */
  readonly path: string
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** Speaks JSON to another service of this node over its control plane. */
export interface ServiceClient {
  /** The parsed reply. Rejects with the Fault that the service named, or `unavailable` when it cannot be reached. */
  call<Reply>(call: ServiceCall): Promise<Reply>
}

export const createServiceClient = (service: string, address: ServiceAddress): ServiceClient => ({
  async call<Reply>(call: ServiceCall): Promise<Reply> {
    const response = await send(service, address, call)
    const text = await response.text()
    if (!response.ok) throw decodeFault(readJson(text)?.fault)
    // Both ends of the control plane are built from the types of this folder.
    return readJson(text) as Reply
  },
})

const send = async (service: string, address: ServiceAddress, call: ServiceCall): Promise<Response> => {
  const base = address.type === 'unix' ? 'http://localhost' : address.url
  try {
    return await fetch(base + call.path, {
      method: call.method,
      ...(address.type === 'unix' ? { unix: address.path } : {}),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      ...(call.body === undefined
        ? {}
        : { body: JSON.stringify(call.body), headers: { 'content-type': 'application/json' } }),
    })
  } catch (error) {
    if (call.signal?.aborted) throw call.signal.reason
    throw new Fault(
      'unavailable',
      `The ${service} service of this node cannot be reached; it may be restarting.`,
      {
        retryAfterSeconds: 2,
        cause: error,
      },
    )
  }
}

const readJson = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text)
    // An object or an array: both are read by name below.
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

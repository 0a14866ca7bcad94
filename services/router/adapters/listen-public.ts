import { Fault } from '@shared/fault/fault.ts'
import { listenService } from '@shared/http/listen-service.ts'
import type { ListenOptions } from '@shared/http/listen-service.ts'
import type { AnyElysia } from 'elysia'

export interface PublicAddress {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

/** Opens the public door. @throws Fault with a sentence for the person who started the node */
export const listenPublic = (
  app: AnyElysia,
  { host, port }: PublicAddress,
  options: Pick<ListenOptions, 'log' | 'close' | 'idleSeconds' | 'onDrain'>,
): void => {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  try {
    listenService(app, {
      ...options,
      // The router has keys, and has checked the address.
      isGuarded: true,
      address: { type: 'http', url: `http://${name}:${port}` },
      // Each route has its own limit, which the router holds in the words of the route's dialect.
      maxRequestBodyBytes: Number.MAX_SAFE_INTEGER,
    })
  } catch (error) {
    if (!isPortTaken(error)) throw error
    throw new Fault(
      'conflict',
      `Port ${port} is in use by another program. Stop it, or choose another port: skein up --port ${port + 1}`,
      { cause: error },
    )
  }
}

const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'

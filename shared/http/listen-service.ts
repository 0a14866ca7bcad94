import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ServiceAddress } from '@shared/contracts/service-address.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { AnyElysia } from 'elysia'

/** Time that requests in flight get to finish after SIGTERM; a second signal ends them at once. */
const DRAIN_MS = 20_000

export interface ListenOptions {
  readonly address: ServiceAddress
  readonly log: Log
  /** It lets nobody in without a key: it may be reached from other machines. */
  readonly isGuarded?: boolean
  /** Told when draining begins: ends requests that only wait for something (long polls, places in a queue). */
  readonly onDrain?: () => void
  /** Closes what the service holds (engines, databases) once no request is in flight. */
  readonly close: () => Promise<void>
  /** Largest body that Bun takes before the routes' own limits see it. */
  readonly maxRequestBodyBytes: number
  /**
   * Connections on which nothing happens for so long are closed; absent: never. Bun means it literally: quiet streams and
   * slow answers too, unless their requests are given more time.
   */
  readonly idleSeconds?: number
}

/**
 * Listens and stays until SIGTERM, SIGINT or the loss of the parent process; then drains. A Unix socket gets mode 0600.
 * Bun's idle time-out (10 s) is off unless asked for: it would cut queue waits, cold loads and quiet streams.
 */
export const listenService = (app: AnyElysia, options: ListenOptions): void => {
  const { address, log } = options
  const serve = { idleTimeout: options.idleSeconds ?? 0, maxRequestBodySize: options.maxRequestBodyBytes }
  if (address.type === 'unix') {
    mkdirSync(dirname(address.path), { recursive: true, mode: 0o700 })
    rmSync(address.path, { force: true })
    // Elysia's types know only the TCP form; it hands the options to Bun.serve, which takes both.
    app.listen({ ...serve, unix: address.path } as object)
    chmodSync(address.path, 0o600)
  } else {
    const { hostname, port } = tcpAddressOf(address.url, options.isGuarded ?? false)
    app.listen({ ...serve, hostname, port })
  }
  log.info({ address }, 'listening')
  stopOnSignal(app, options)
}

/** Only the router asks for keys; nothing else listens beyond loopback. */
const tcpAddressOf = (url: string, isGuarded: boolean): { hostname: string; port: number } => {
  const { hostname, port } = new URL(url)
  if (!isGuarded && !['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    throw new Fault(
      'invalid_request',
      `Refusing to listen on ${hostname}: only the router asks for keys, so this service listens on loopback alone. Use 127.0.0.1.`,
    )
  }
  return { hostname: hostname.replace(/^\[|\]$/g, ''), port: Number(port === '' ? 80 : port) }
}

const stopOnSignal = (app: AnyElysia, { close, log, onDrain }: ListenOptions): void => {
  let isStopping = false
  const finish = async (): Promise<void> => {
    await close().catch((error: unknown) => log.error({ err: error }, 'closing failed'))
    // The socket's file went when the server stopped. It may be another process's by now: do not remove it again.
    process.exit(0)
  }
  const stop = async (reason: string): Promise<void> => {
    if (isStopping) return finish()
    isStopping = true
    log.info({ reason }, 'draining')
    onDrain?.()
    const tooLong = setTimeout(() => void finish(), DRAIN_MS)
    await app.server?.stop(false)
    clearTimeout(tooLong)
    await finish()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
  // Spawned with an IPC channel by `skein up`: when that is gone, so is the reason to run.
  process.on('disconnect', () => void stop('parent is gone'))
}

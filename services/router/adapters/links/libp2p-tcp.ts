import { isIP, connect } from 'node:net'
import type { Socket } from 'node:net'
import { tcp } from '@libp2p/tcp'
import type {
  Connection,
  Listener,
  MultiaddrConnection,
  Transport,
  Upgrader,
  UpgraderOptions,
} from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { TroubleNotes } from './libp2p-handshake.ts'

type TcpFactory = ReturnType<typeof tcp>
type TcpComponents = Parameters<TcpFactory>[0] & { readonly upgrader: Upgrader }
/** Told of a TCP connection that we made, before its handshake. */
type OnOpen = (connection: MultiaddrConnection) => void
type InboundUpgrade = (connection: MultiaddrConnection, upgrade: () => Promise<void>) => Promise<void>

/** No TCP connection came about. */
export class ConnectFailed extends Error {
  constructor(
    readonly code: string | undefined,
    readonly elapsedMs: number,
  ) {
    super(`No connection: ${code ?? 'unknown'}`)
    this.name = 'ConnectFailed'
  }
}

export interface TcpDoorOptions {
  /** Around the handshake with whoever dials us. */
  readonly onInbound: InboundUpgrade
  readonly notes: TroubleNotes
  readonly onListenFailed: (error: unknown) => void
}

/** `/ip4/…/tcp/…`, of an IP address. */
export const tcpAddress = (host: string, port: number, nodeId?: NodeId): Multiaddr =>
  multiaddr(
    `/${isIP(host) === 6 ? 'ip6' : 'ip4'}/${host}/tcp/${port}${nodeId === undefined ? '' : `/p2p/${nodeId}`}`,
  )

/**
 * TCP of libp2p, as far as Bun needs it otherwise, and without its queue of dials: two dials to one node by two addresses
 * are two dials here, each with its own end.
 */
export class TcpDoor {
  readonly #options: TcpDoorOptions
  #dial: ((address: Multiaddr, signal: AbortSignal, onOpen: OnOpen) => Promise<Connection>) | undefined

  constructor(options: TcpDoorOptions) {
    this.#options = options
  }

  /** For the `transports` of libp2p. */
  readonly transport = (components: TcpComponents): Transport => {
    const transport = tcp()(components)
    // What tcp() makes has this method, which its type does not show.
    Object.assign(transport, { _connect: connectTo })
    const createListener = transport.createListener.bind(transport)
    transport.createListener = (options) =>
      this.#watched(createListener({ ...options, upgrader: this.#inboundUpgrader(options.upgrader) }))
    this.#dial = (address, signal, onOpen) =>
      transport.dial(address, { signal, upgrader: this.#outboundUpgrader(components.upgrader, onOpen) })
    return transport
  }

  /** @throws ConnectFailed, or what the handshake threw: then the notes say why */
  dial(address: Multiaddr, signal: AbortSignal, onOpen: OnOpen): Promise<Connection> {
    if (this.#dial === undefined) return Promise.reject(new Error('Not started'))
    return this.#dial(address, signal, onOpen)
  }

  #watched(listener: Listener): Listener {
    const listen = listener.listen.bind(listener)
    listener.listen = (address) =>
      listen(address).catch((error: unknown) => {
        this.#options.onListenFailed(error)
        throw error
      })
    return listener
  }

  #inboundUpgrader(inner: Upgrader): Upgrader {
    const upgradeInbound = (connection: MultiaddrConnection, options: UpgraderOptions): Promise<void> =>
      this.#options.onInbound(connection, () =>
        this.#noting(connection, inner.upgradeInbound(connection, options)),
      )
    return Object.assign(Object.create(inner), { upgradeInbound })
  }

  #outboundUpgrader(inner: Upgrader, onOpen: OnOpen): Upgrader {
    const upgradeOutbound = (
      connection: MultiaddrConnection,
      options: UpgraderOptions,
    ): Promise<Connection> => {
      onOpen(connection)
      return this.#noting(connection, inner.upgradeOutbound(connection, options))
    }
    return Object.assign(Object.create(inner), { upgradeOutbound })
  }

  /** Where nothing better is known: who still holds the line speaks another language, the rest has hung up. */
  #noting<Result>(connection: MultiaddrConnection, upgrade: Promise<Result>): Promise<Result> {
    return upgrade.catch((error: unknown) => {
      const { notes } = this.#options
      if (!notes.has(connection))
        notes.set(connection, connection.status === 'open' ? 'wrong-identity' : 'closed')
      throw error
    })
  }
}

/**
 * The signal is listened to here: given to node:net of Bun, an aborted dial raises an error that nobody can catch, and ends
 * the process.
 */
const connectTo = (address: Multiaddr, { signal }: { readonly signal: AbortSignal }): Promise<Socket> => {
  const parts = new Map(address.getComponents().map(({ name, value }) => [name, value]))
  const host = parts.get('ip4') ?? parts.get('ip6') ?? ''
  const { promise, reject, resolve } = Promise.withResolvers<Socket>()
  if (signal.aborted) return Promise.reject(new ConnectFailed('ABORT_ERR', 0))
  const began = performance.now()
  const socket = connect({ host, port: Number(parts.get('tcp')), noDelay: true, keepAlive: true })
  const end = (error?: unknown): void => {
    signal.removeEventListener('abort', onAbort)
    socket.removeListener('error', end)
    socket.removeListener('connect', onConnect)
    if (error === undefined) return resolve(socket)
    socket.destroy()
    reject(new ConnectFailed(codeOf(error), performance.now() - began))
  }
  const onConnect = (): void => end()
  const onAbort = (): void => end(Object.assign(new Error('Aborted'), { code: 'ABORT_ERR' }))
  // Whatever comes later must find a listener.
  socket.on('error', () => undefined)
  socket.on('error', end)
  socket.on('connect', onConnect)
  signal.addEventListener('abort', onAbort)
  return promise
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined

/** IPv4 as a socket for both sees it. */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i

/** The IP address of the other end. */
export const hostOf = ({ remoteAddr }: Pick<Connection, 'remoteAddr'>): string => {
  const address = remoteAddr.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')?.value ?? ''
  const [, high, low] = MAPPED.exec(address) ?? []
  if (high === undefined || low === undefined) return address
  const bits = [high, low].map((part) => Number.parseInt(part, 16))
  return bits.flatMap((part) => [part >> 8, part & 255]).join('.')
}

/** NaN where there is none. */
export const tcpPortOf = (address: Multiaddr | undefined): number =>
  Number(address?.getComponents().find(({ name }) => name === 'tcp')?.value)

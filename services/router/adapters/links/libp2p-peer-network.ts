import type { Connection, MultiaddrConnection, Stream } from '@libp2p/interface'
import type { Log } from '@shared/log/create-log.ts'
import type { Libp2p } from 'libp2p'
import { DialFailed } from '../../features/cluster/peer-network.ts'
import type {
  PeerNetwork,
  PeerNetworkEvents,
  PeerNetworkOptions,
} from '../../features/cluster/peer-network.ts'
import { parseNodeId } from '../../policy/cluster/node-id.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { boundedSignal } from '../doctor/bounded-signal.ts'
import { guardedEvents } from './guarded-events.ts'
import { LanDiscovery } from '../lan/lan-discovery.ts'
import type { TroubleNotes } from './libp2p-handshake.ts'
import { createLinkHost, LINK_PROTOCOL } from './libp2p-host.ts'
import { Libp2pLink } from './libp2p-link.ts'
import { ConnectFailed, hostOf, TcpDoor, tcpAddress, tcpPortOf } from './libp2p-tcp.ts'
import { listenFault } from './listen-fault.ts'
import type { NodeIdentity } from '../cluster/node-identity-file.ts'
import { PendingLimit } from './pending-limit.ts'
import { troubleOfConnect } from './probe-route.ts'

/** Handshakes with those who dial us. A handshake takes milliseconds; who lingers waits for others to leave. */
const PENDING = { perHost: 16, total: 64 }
/** A connection that does not become a link is nobody's. */
const LINK_WITHIN_MS = 5000
/** However patient the caller is. */
const DIAL_WITHIN_MS = 15_000

export interface PeerNetworkParts {
  readonly identity: NodeIdentity
  readonly log: Log
}

interface Running {
  readonly libp2p: Libp2p
  readonly door: TcpDoor
  readonly options: PeerNetworkOptions
  readonly events: PeerNetworkEvents
  readonly discovery: LanDiscovery | undefined
}

/**
 * Links over libp2p: TCP, noise with the cluster's key, yamux, one stream. Nothing else of libp2p runs. To import this loads
 * libp2p: only a node that is in a cluster should.
 */
export class Libp2pPeerNetwork implements PeerNetwork {
  readonly #parts: PeerNetworkParts
  readonly #notes: TroubleNotes = new WeakMap()
  readonly #pending = new PendingLimit(PENDING)
  readonly #links = new Map<string, Libp2pLink>()
  readonly #closing = new Set<Promise<void>>()
  /** Inbound connections that are no link yet. */
  readonly #awaited = new Map<string, ReturnType<typeof setTimeout>>()
  #stopped = new AbortController()
  #starting: Promise<unknown> = Promise.resolve()
  #running: Running | undefined
  #isInviting = false
  #listenError: unknown

  constructor(parts: PeerNetworkParts) {
    this.#parts = parts
  }

  start(options: PeerNetworkOptions, events: PeerNetworkEvents): Promise<{ readonly linkPort: number }> {
    this.#stopped = new AbortController()
    const started = this.#begin(options, events)
    this.#starting = started.catch(() => undefined)
    return started
  }

  async #begin(
    options: PeerNetworkOptions,
    events: PeerNetworkEvents,
  ): Promise<{ readonly linkPort: number }> {
    const { identity, log } = this.#parts
    const door = new TcpDoor({
      notes: this.#notes,
      onInbound: (connection, upgrade) => this.#greet(connection, upgrade),
      onListenFailed: (error) => void (this.#listenError = error),
    })
    const libp2p = await createLinkHost({
      key: await identity.libp2pKey(),
      secret: options.secret,
      address: tcpAddress(options.listenHost, options.linkPort),
      notes: this.#notes,
      door,
      isRefused: (nodeId, connection) => this.#isRefused(nodeId, connection),
    })
    const running = { libp2p, door, options, events: guardedEvents(events, log) }
    this.#running = { ...running, discovery: undefined }
    libp2p.addEventListener('connection:open', ({ detail }) => this.#awaitLink(detail))
    await libp2p.handle(LINK_PROTOCOL, (stream, connection) => this.#onStream(stream, connection), {
      maxInboundStreams: 1,
      maxOutboundStreams: 1,
    })
    try {
      await libp2p.start()
    } catch (error) {
      this.#running = undefined
      await libp2p.stop()
      throw listenFault(this.#listenError ?? error, options)
    }
    const linkPort = tcpPortOf(libp2p.getMultiaddrs()[0])
    if (options.usesMulticast) {
      const discovery = new LanDiscovery({
        log,
        self: { nodeId: identity.nodeId, linkPort, dataPort: options.dataPort, isInviting: this.#isInviting },
        listenHost: options.listenHost,
        onSighting: (sighting) => running.events.onSighting(sighting),
      })
      this.#running = { ...running, discovery }
      await discovery.start()
    }
    return { linkPort }
  }

  async dial(nodeId: NodeId, host: string, linkPort: number, signal: AbortSignal): Promise<void> {
    const running = this.#running
    if (running === undefined) throw new DialFailed('closed', new Error('The network is stopped'))
    if (this.#isLinkedTo(nodeId)) return
    if (!running.options.isMember(nodeId)) throw new DialFailed('not-a-member', undefined)
    const bounded = boundedSignal([signal, this.#stopped.signal], DIAL_WITHIN_MS)
    try {
      await this.#dialLink(running, { nodeId, host, linkPort }, bounded.signal)
    } finally {
      bounded.release()
    }
  }

  setInviting(isInviting: boolean): void {
    this.#isInviting = isInviting
    this.#running?.discovery?.setInviting(isInviting)
  }

  lookAround(): void {
    this.#running?.discovery?.lookAround()
  }

  async stop(): Promise<void> {
    await this.#starting
    const running = this.#running
    if (running === undefined) return
    this.#stopped.abort()
    await running.discovery?.stop()
    for (const link of this.#links.values()) link.close()
    await Promise.all(this.#closing)
    for (const timer of this.#awaited.values()) clearTimeout(timer)
    this.#awaited.clear()
    await running.libp2p.stop()
    this.#running = undefined
  }

  async #dialLink(running: Running, target: DialTarget, signal: AbortSignal): Promise<void> {
    const connection = await this.#connect(running, target, signal)
    try {
      // Who has not hung up on our identity by then has let us in.
      const stream = await connection.newStream(LINK_PROTOCOL, { signal })
      this.#open(target.nodeId, connection, stream)
    } catch (error) {
      connection.abort(new Error('No link came about'))
      throw new DialFailed(signal.aborted ? 'no-answer' : 'not-a-member', error)
    }
  }

  async #connect(running: Running, target: DialTarget, signal: AbortSignal): Promise<Connection> {
    const { host, linkPort, nodeId } = target
    const opened: { connection?: MultiaddrConnection } = {}
    try {
      return await running.door.dial(tcpAddress(host, linkPort, nodeId), signal, (connection) => {
        opened.connection = connection
      })
    } catch (error) {
      if (signal.aborted) throw new DialFailed('no-answer', error)
      if (error instanceof ConnectFailed) throw new DialFailed(await troubleOfConnect(host, error), error)
      const noted = opened.connection === undefined ? undefined : this.#notes.get(opened.connection)
      throw new DialFailed(noted ?? 'closed', error)
    }
  }

  /** Around the handshake of whoever dials us. */
  async #greet(connection: MultiaddrConnection, upgrade: () => Promise<void>): Promise<void> {
    const host = hostOf(connection)
    const done = this.#pending.begin(host)
    // Nobody is told of a flood.
    if (done === undefined) throw new Error('Too many handshakes at once')
    try {
      await upgrade()
    } catch (error) {
      const trouble = this.#notes.get(connection) ?? 'closed'
      // Who is no member was told of with its name.
      if (trouble !== 'not-a-member' && !this.#stopped.signal.aborted)
        this.#running?.events.onRefused({ host, nodeId: undefined, trouble })
      throw error
    } finally {
      done()
    }
  }

  #isRefused(nodeId: NodeId | undefined, connection: MultiaddrConnection): boolean {
    const running = this.#running
    if (running === undefined) return true
    if (nodeId !== undefined && running.options.isMember(nodeId)) return false
    this.#notes.set(connection, 'not-a-member')
    running.events.onRefused({ host: hostOf(connection), nodeId, trouble: 'not-a-member' })
    return true
  }

  #awaitLink(connection: Connection): void {
    if (connection.direction === 'outbound') return
    const forget = (): void => {
      clearTimeout(this.#awaited.get(connection.id))
      this.#awaited.delete(connection.id)
    }
    const giveUp = (): void => connection.abort(new Error('It never became a link'))
    this.#awaited.set(connection.id, setTimeout(giveUp, LINK_WITHIN_MS))
    connection.addEventListener('close', forget)
  }

  /** The other end has opened the stream: it is who dialled. */
  #onStream(stream: Stream, connection: Connection): void {
    const nodeId = parseNodeId(connection.remotePeer.toString())
    const isExpected = this.#awaited.has(connection.id)
    if (nodeId === undefined || !isExpected)
      return connection.abort(new Error('Not its turn to open a stream'))
    clearTimeout(this.#awaited.get(connection.id))
    this.#awaited.delete(connection.id)
    this.#open(nodeId, connection, stream)
  }

  #open(nodeId: NodeId, connection: Connection, stream: Stream): void {
    const running = this.#running
    if (running === undefined || this.#stopped.signal.aborted) throw new Error('The network stops')
    const { events } = running
    const link = new Libp2pLink(
      { nodeId, remoteHost: hostOf(connection), connection, stream },
      {
        onMessage: (from, message) => events.onMessage(from, message),
        onDown: (from, trouble) => {
          this.#links.delete(from.linkId)
          this.#finish(link)
          events.onLinkDown(from, trouble)
        },
      },
    )
    this.#links.set(link.linkId, link)
    events.onLink(link)
    link.begin()
  }

  #finish(link: Libp2pLink): void {
    const closed = link.closed.then(() => void this.#closing.delete(closed))
    this.#closing.add(closed)
  }

  #isLinkedTo(nodeId: NodeId): boolean {
    return [...this.#links.values()].some((link) => link.nodeId === nodeId)
  }
}

interface DialTarget {
  readonly nodeId: NodeId
  readonly host: string
  readonly linkPort: number
}

import type { Log } from '@shared/log/create-log.ts'
import type { Sighting } from '../../features/cluster/peer-network.ts'
import { PEER_SERVICE, peerRecords, readPeerRecords } from './lan-peer-records.ts'
import type { PeerAdvert } from './lan-peer-records.ts'
import { LanSockets } from './lan-sockets.ts'
import type { LanSocket, LanSocketsOptions } from './lan-sockets.ts'

/** How often the neighbours are asked who is there, and how often in the beginning. */
const ASK_MS = 5000
const ASK_SOON_MS = 1000
const SOON_FOR_MS = 10_000
/** An answer reaches everybody; within this time nobody needs it again, however many ask. */
const ANSWER_EVERY_MS = 250

export interface LanDiscoveryOptions {
  readonly log: Log
  /** What is told of this node; undefined: it only asks. */
  readonly self: PeerAdvert | undefined
  /** Where the node listens; only there it is found. `0.0.0.0`: everywhere. */
  readonly listenHost: string
  /** Of every answer of others, again and again. */
  readonly onSighting: (sighting: Sighting) => void
}

/** Finds the nodes of the local network by multicast DNS, and lets them find this one. */
export class LanDiscovery {
  readonly #options: LanDiscoveryOptions
  readonly #sockets: LanSockets
  readonly #answers = new Map<
    LanSocket,
    { lastAt: number; timer: ReturnType<typeof setTimeout> | undefined }
  >()
  #self: PeerAdvert | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #soonUntil = 0
  #isStopped = false

  constructor(options: LanDiscoveryOptions) {
    this.#options = options
    this.#self = options.self
    this.#sockets = new LanSockets({
      log: options.log,
      onlyAddress: ['0.0.0.0', '::', ''].includes(options.listenHost) ? undefined : options.listenHost,
      onOpen: (socket) => this.#begin(socket),
      onQuery: (...packet) => this.#onQuery(...packet),
      onResponse: (...packet) => this.#onResponse(...packet),
    })
  }

  async start(): Promise<void> {
    await this.#sockets.start()
    this.lookAround()
  }

  /** Asks now, and often for a while. */
  lookAround(): void {
    if (this.#isStopped) return
    this.#soonUntil = performance.now() + SOON_FOR_MS
    this.#ask()
  }

  setInviting(isInviting: boolean): void {
    if (this.#self === undefined || this.#self.isInviting === isInviting) return
    this.#self = { ...this.#self, isInviting }
    for (const socket of this.#sockets.all) this.#answer(socket)
  }

  /** Says goodbye, and is silent. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    for (const { timer } of this.#answers.values()) clearTimeout(timer)
    this.#answers.clear()
    const self = this.#self
    if (self !== undefined) for (const socket of this.#sockets.all) socket.respond(peerRecords(self, true))
    await this.#sockets.stop()
  }

  /** Says who has come before anybody asks. */
  #begin(socket: LanSocket): void {
    if (this.#isStopped) return
    this.#answer(socket)
    this.#question(socket)
  }

  /** With our own answer in it: our questions come back to us as well. */
  #question(socket: LanSocket): void {
    socket.query(PEER_SERVICE, 'PTR', this.#self === undefined ? [] : peerRecords(this.#self).slice(0, 1))
  }

  #ask(): void {
    clearTimeout(this.#timer)
    for (const socket of this.#sockets.all) this.#question(socket)
    const isSoon = performance.now() < this.#soonUntil
    this.#timer = setTimeout(() => this.#ask(), isSoon ? ASK_SOON_MS : ASK_MS)
  }

  readonly #onQuery: NonNullable<LanSocketsOptions['onQuery']> = (socket, query) => {
    const { answers: known = [], questions = [] } = query
    const isForUs = questions.some(({ name, type }) => isPeerService(name) && ['PTR', 'ANY'].includes(type))
    const isKnown = known.some(
      ({ type, ...rest }) => type === 'PTR' && this.#isOurs('data' in rest && rest.data),
    )
    if (isForUs && !isKnown) this.#answer(socket)
  }

  readonly #onResponse: NonNullable<LanSocketsOptions['onResponse']> = (_, response, { address }) => {
    const { additionals = [], answers = [] } = response
    for (const sighting of readPeerRecords([...answers, ...additionals], address)) {
      if (sighting.nodeId !== this.#self?.nodeId) this.#options.onSighting(sighting)
    }
  }

  #isOurs(name: unknown): boolean {
    return this.#self !== undefined && name === `${this.#self.nodeId}.${PEER_SERVICE}`
  }

  #answer(socket: LanSocket): void {
    if (this.#self === undefined || this.#isStopped) return
    const now = performance.now()
    const known = this.#answers.get(socket)
    if (known?.timer !== undefined) return
    const waitMs = known === undefined ? 0 : known.lastAt + ANSWER_EVERY_MS - now
    if (waitMs > 0) {
      const timer = setTimeout(() => this.#answerNow(socket), waitMs)
      this.#answers.set(socket, { lastAt: known?.lastAt ?? now, timer })
    } else this.#answerNow(socket)
  }

  #answerNow(socket: LanSocket): void {
    if (this.#self === undefined) return
    this.#answers.set(socket, { lastAt: performance.now(), timer: undefined })
    if (this.#sockets.all.includes(socket)) void socket.respond(peerRecords(this.#self))
    else this.#answers.delete(socket)
  }
}

const isPeerService = (name: string): boolean => name.toLowerCase().replace(/\.$/, '') === PEER_SERVICE

export interface FindNodesOptions {
  readonly log: Log
  /** Of every answer, again and again. */
  readonly onSighting: (sighting: Sighting) => void
  /** Ends the search. */
  readonly signal: AbortSignal
}

/** Asks the local network which nodes there are, without being one that is found. Resolves when the signal is aborted. */
export const findNodes = async ({ log, onSighting, signal }: FindNodesOptions): Promise<void> => {
  if (signal.aborted) return
  const discovery = new LanDiscovery({ log, self: undefined, listenHost: '0.0.0.0', onSighting })
  await discovery.start()
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  if (!signal.aborted) await promise
  await discovery.stop()
}

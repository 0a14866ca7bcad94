import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { EventEmitter } from 'node:events'
import { networkInterfaces } from 'node:os'
import type { Log } from '@shared/log/create-log.ts'
import type { MulticastDNS, QueryPacket, ResponsePacket } from 'multicast-dns'
import { isNeighbour, lanInterfaces } from './lan-interfaces.ts'
import type { LanInterface } from './lan-interfaces.ts'

const MULTICAST_DNS_PORT = 5353
/** RFC 6762. A larger one can be made to take a second to read. */
const LARGEST_PACKET_BYTES = 9000
/** Addresses come and go: a cable, another wireless network, a VPN. */
const RESCAN_MS = 3000

type OutgoingRecords = Parameters<MulticastDNS['respond']>[0]
export type LanRecord = Extract<OutgoingRecords, readonly unknown[]>[number]

/** Who sent a packet. */
export interface LanSender {
  readonly address: string
  readonly port: number
}

/** One address of this machine, from which can be asked and answered. */
export interface LanSocket {
  readonly lan: LanInterface
  /** By multicast to all neighbours. @param known what need not be answered */
  query(name: string, type: 'PTR', known?: readonly LanRecord[]): void
  /** By multicast to all neighbours. Resolves when it is sent, or cannot be; never rejects. */
  respond(answers: readonly LanRecord[], additionals?: readonly LanRecord[]): Promise<void>
  /** To one that asked by itself, not as a part of multicast DNS: to its port, with its question and number. */
  respondTo(sender: LanSender, query: QueryPacket, answers: readonly LanRecord[]): void
}

export interface LanSocketsOptions {
  readonly log: Log
  /** Only this address; undefined: all of the machine. */
  readonly onlyAddress: string | undefined
  /** It can be used from now on, also one that came later. */
  readonly onOpen: (socket: LanSocket) => void
  readonly onQuery?: (socket: LanSocket, query: QueryPacket, sender: LanSender) => void
  readonly onResponse?: (socket: LanSocket, response: ResponsePacket, sender: LanSender) => void
}

interface OpenSocket extends LanSocket {
  close(): Promise<void>
}

/**
 * Multicast DNS on every IPv4 address of this machine by a socket of its own: the one socket that libraries take asks only
 * on the network of the default route, and nowhere without one.
 */
export class LanSockets {
  readonly #options: LanSocketsOptions
  readonly #sockets = new Map<string, OpenSocket>()
  /** Addresses whose failure is in the log. */
  readonly #failed = new Set<string>()
  #openSocket: SocketOpener | undefined
  #timer: ReturnType<typeof setInterval> | undefined
  #isStopped = false

  constructor(options: LanSocketsOptions) {
    this.#options = options
  }

  get all(): readonly LanSocket[] {
    return [...this.#sockets.values()]
  }

  async start(): Promise<void> {
    const { default: multicastDns } = await import('multicast-dns')
    if (this.#isStopped) return
    this.#openSocket = (lan) =>
      multicastDns({
        port: MULTICAST_DNS_PORT,
        interface: lan.address,
        bind: '0.0.0.0',
        socket: neighboursSocket(lan),
      })
    this.#timer = setInterval(() => this.#rescan(), RESCAN_MS)
    this.#rescan()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#timer)
    this.#openSocket = undefined
    const sockets = [...this.#sockets.values()]
    this.#sockets.clear()
    await Promise.all(sockets.map((socket) => socket.close()))
  }

  #rescan(): void {
    const { log, onlyAddress } = this.#options
    const wanted = new Map(
      lanInterfaces(networkInterfaces())
        .filter(({ address }) => onlyAddress === undefined || address === onlyAddress)
        .map((lan) => [`${lan.name} ${lan.address}/${lan.netmask} ${lan.mac}`, lan]),
    )
    for (const [key, socket] of this.#sockets) {
      if (wanted.has(key)) continue
      this.#sockets.delete(key)
      void socket.close()
    }
    for (const [key, lan] of wanted) {
      if (this.#sockets.has(key)) continue
      try {
        this.#open(key, lan)
      } catch (error) {
        log.debug({ err: error, address: lan.address }, 'no multicast on this address')
      }
    }
  }

  #open(key: string, lan: LanInterface): void {
    const { log, onOpen } = this.#options
    const mdns = this.#openSocket?.(lan)
    if (mdns === undefined) return
    const socket = lanSocket(lan, mdns)
    this.#sockets.set(key, socket)
    mdns.on('ready', () => {
      if (this.#sockets.get(key) === socket) onOpen(socket)
    })
    mdns.on('error', (error) => {
      // It is tried again with every scan, and said once.
      const level = this.#failed.has(key) ? 'debug' : 'warn'
      this.#failed.add(key)
      log[level](
        { err: error, address: lan.address },
        'no multicast DNS on this address; other nodes are not found by it',
      )
      this.#sockets.delete(key)
      void socket.close()
    })
    // Packets that nobody can read, networks that are down at the moment.
    mdns.on('warning', (error) => log.trace({ err: error, address: lan.address }, 'multicast DNS'))
    this.#listen(socket, mdns)
  }

  #listen(socket: LanSocket, mdns: MulticastDNS): void {
    const { log, onQuery, onResponse } = this.#options
    const take = (listener: () => void): void => {
      try {
        listener()
      } catch (error) {
        log.debug({ err: error }, 'a packet of multicast DNS was not understood')
      }
    }
    if (onQuery !== undefined) mdns.on('query', (query, sender) => take(() => onQuery(socket, query, sender)))
    if (onResponse !== undefined)
      mdns.on('response', (response, sender) => take(() => onResponse(socket, response, sender)))
  }
}

/**
 * Hears neighbours alone, before anything is read: every socket also gets what came by the other addresses of this machine,
 * and nobody from afar has a say here.
 */
const neighboursSocket = (lan: LanInterface): Socket => {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  const emit = (event: string, ...words: readonly unknown[]): boolean =>
    (event !== 'message' || isHeard(words, lan)) &&
    Boolean(Reflect.apply(EventEmitter.prototype.emit, socket, [event, ...words]))
  return Object.assign(socket, { emit })
}

const isHeard = ([packet, sender]: readonly unknown[], lan: LanInterface): boolean =>
  packet instanceof Uint8Array &&
  packet.byteLength <= LARGEST_PACKET_BYTES &&
  typeof sender === 'object' &&
  sender !== null &&
  'address' in sender &&
  isNeighbour(String(sender.address), lan)

type SocketOpener = (lan: LanInterface) => MulticastDNS

const lanSocket = (lan: LanInterface, mdns: MulticastDNS): OpenSocket => ({
  lan,
  query: (name, type, known = []) =>
    void done((end) => mdns.query({ questions: [{ name, type, class: 'IN' }], answers: [...known] }, end)),
  respond: (answers, additionals = []) =>
    done((end) => mdns.respond({ answers: [...answers], additionals: [...additionals] }, end)),
  respondTo: (sender, query, answers) =>
    void done((end) =>
      mdns.respond(
        { id: query.id, questions: query.questions, answers: [...answers] },
        { port: sender.port, address: sender.address },
        end,
      ),
    ),
  close: () => done((end) => mdns.destroy(end)),
})

/** Resolves when it is over, also when it failed: what could not be sent is said again soon, and a dead socket is closed. */
const done = (work: (end: () => void) => void): Promise<void> =>
  new Promise((resolve) => {
    try {
      work(() => resolve())
    } catch {
      resolve()
    }
  })

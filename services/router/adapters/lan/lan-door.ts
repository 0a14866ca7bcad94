import type { Log } from '@shared/log/create-log.ts'
import { answerDoorQuestions, doorAnnouncement, doorGoodbye } from './lan-door-records.ts'
import type { LanDoor } from './lan-door-records.ts'
import { LanSockets } from './lan-sockets.ts'
import type { LanSocket, LanSocketsOptions } from './lan-sockets.ts'

const MULTICAST_DNS_PORT = 5353
/** Said twice: one packet may be lost. */
const SAY_AGAIN_MS = 1000
/** An answer reaches everybody; within this time nobody needs the same again. */
const ANSWER_EVERY_MS = 250

export interface LanDoorOptions {
  readonly log: Log
  readonly door: LanDoor
  /** Where the public door listens; only there it is told of. `0.0.0.0`: everywhere. */
  readonly listenHost: string
}

/**
 * Tells apps of the local network where the public door is, by DNS-SD (Bonjour): `_skein._tcp` and `_http._tcp`. Only for a
 * door that is open to them. Its names come from the id of the node, so that no two want the same one.
 */
export class LanDoorAdvertisement {
  readonly #options: LanDoorOptions
  readonly #sockets: LanSockets
  readonly #timers = new Set<ReturnType<typeof setTimeout>>()
  readonly #lastAnswers = new Map<string, number>()

  constructor(options: LanDoorOptions) {
    this.#options = options
    this.#sockets = new LanSockets({
      log: options.log,
      onlyAddress: ['0.0.0.0', '::', ''].includes(options.listenHost) ? undefined : options.listenHost,
      onOpen: (socket) => this.#announce(socket),
      onQuery: (...packet) => this.#onQuery(...packet),
    })
  }

  start(): Promise<void> {
    return this.#sockets.start()
  }

  /** Says goodbye, and is silent. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    await Promise.all(
      this.#sockets.all.map((socket) => socket.respond(doorGoodbye(this.#options.door, socket.lan.address))),
    )
    await this.#sockets.stop()
  }

  #announce(socket: LanSocket): void {
    const records = doorAnnouncement(this.#options.door, socket.lan.address)
    void socket.respond(records)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      if (this.#sockets.all.includes(socket)) void socket.respond(records)
    }, SAY_AGAIN_MS)
    this.#timers.add(timer)
  }

  readonly #onQuery: NonNullable<LanSocketsOptions['onQuery']> = (socket, query, sender) => {
    const { address } = socket.lan
    const questions = query.questions ?? []
    const answer = answerDoorQuestions(this.#options.door, address, questions)
    if (answer === undefined) return
    // A plain DNS client (`dig -p 5353`): it hears nothing but what comes back to its port.
    if (sender.port !== MULTICAST_DNS_PORT) return socket.respondTo(sender, query, answer.answers)
    const key = `${address} ${questions.map(({ name, type }) => `${type} ${name.toLowerCase()}`).join(' ')}`
    const now = performance.now()
    if (now - (this.#lastAnswers.get(key) ?? -Infinity) < ANSWER_EVERY_MS) return
    // Questions of strangers must not fill our memory.
    if (this.#lastAnswers.size > 100) this.#lastAnswers.clear()
    this.#lastAnswers.set(key, now)
    void socket.respond(answer.answers, answer.additionals)
  }
}

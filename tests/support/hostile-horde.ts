import { connectRaw } from './raw-connection.ts'
import type { RawConnection } from './raw-connection.ts'

export interface HordeOptions {
  readonly port: number
  /** Connections on which a head never ends. */
  readonly slowHeads: number
  /** Connections on which a body never ends. */
  readonly slowBodies: number
  /** Milliseconds between two bytes of those. */
  readonly everyMs: number
}

/** What clients without manners have done so far. */
export interface HordeFigures {
  opened: number
  refused: number
  /** Connections that the other side has ended. */
  ended: number
  headBombs: number
  deepBodies: number
  uploads: number
  uploadedBytes: number
  /** Replies by status. */
  readonly statuses: Record<number, number>
}

export interface Horde {
  readonly figures: HordeFigures
  /** Cuts all connections. */
  stop(): Promise<void>
}

const MEGABYTE = new Uint8Array(1024 * 1024).fill(65)
const UPLOAD_BYTES = 2e9
/** Fits the limit of the bench's route, and is nested half a million times. */
const DEEP_BODY = `{"model":"bench","messages":${'['.repeat(490_000)}${']'.repeat(490_000)}}`
const POST = 'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n'

/** Clients that do what slows a server down: they open, send next to nothing, too much, or nonsense, and begin again. */
export const startHorde = (options: HordeOptions): Horde => {
  const { port, slowHeads, slowBodies, everyMs } = options
  const stopping = new AbortController()
  const figures: HordeFigures = {
    opened: 0,
    refused: 0,
    ended: 0,
    headBombs: 0,
    deepBodies: 0,
    uploads: 0,
    uploadedBytes: 0,
    statuses: {},
  }
  const visit = async (act: (connection: RawConnection) => Promise<void>): Promise<void> => {
    const connection = await connectRaw(port).catch(() => undefined)
    if (connection === undefined) {
      figures.refused += 1
      return pause(100, stopping.signal)
    }
    figures.opened += 1
    await act(connection)
    if (connection.isClosed) figures.ended += 1
    for (const status of connection.statuses()) figures.statuses[status] = (figures.statuses[status] ?? 0) + 1
    connection.cut()
  }
  const again = async (act: () => Promise<void>): Promise<void> => {
    while (!stopping.signal.aborted) await act()
  }
  const trickle = (head: string) => async (): Promise<void> =>
    visit(async (connection) => {
      await connection.send(head)
      while (!connection.isClosed && !stopping.signal.aborted) {
        await pause(everyMs, stopping.signal)
        await connection.send('a')
      }
    })
  const headBomb = async (): Promise<void> => {
    await visit(async (connection) => {
      await connection.send(`GET /health HTTP/1.1\r\nHost: localhost\r\n${'X-A: a\r\n'.repeat(100_000)}\r\n`)
      await untilClosed(connection, stopping.signal)
    })
    figures.headBombs += 1
    await pause(50, stopping.signal)
  }
  const deepBody = async (): Promise<void> => {
    await visit(async (connection) => {
      await connection.send(`${POST}Connection: close\r\nContent-Length: ${DEEP_BODY.length}\r\n\r\n`)
      await connection.send(DEEP_BODY)
      await untilClosed(connection, stopping.signal)
    })
    figures.deepBodies += 1
    await pause(100, stopping.signal)
  }
  const upload = async (): Promise<void> => {
    await visit(async (connection) => {
      await connection.send(`${POST}Content-Length: ${UPLOAD_BYTES}\r\n\r\n`)
      for (let sent = 0; sent < UPLOAD_BYTES && !connection.isClosed; sent += MEGABYTE.length) {
        await connection.send(MEGABYTE)
        figures.uploadedBytes += MEGABYTE.length
      }
    })
    figures.uploads += 1
    await pause(100, stopping.signal)
  }
  const working = Promise.all([
    ...Array.from({ length: slowHeads }, () =>
      again(trickle('GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: ')),
    ),
    ...Array.from({ length: slowBodies }, () => again(trickle(`${POST}Content-Length: 100000\r\n\r\n`))),
    again(headBomb),
    again(deepBody),
    again(upload),
  ])
  return {
    figures,
    async stop() {
      stopping.abort()
      await working
    },
  }
}

const untilClosed = async (connection: RawConnection, signal: AbortSignal): Promise<void> => {
  while (!connection.isClosed && !signal.aborted) await pause(10, signal)
}

const pause = (delayMs: number, signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(done, delayMs)
  signal.addEventListener('abort', done, { once: true })
  function done(): void {
    clearTimeout(timer)
    signal.removeEventListener('abort', done)
    resolve()
  }
  return promise
}

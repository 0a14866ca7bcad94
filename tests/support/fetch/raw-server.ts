import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import type { TestCertificate } from './test-certificates.ts'

export interface RawServer {
  readonly port: number
  /** Connections since the start. */
  readonly connections: number
  /** Connections that are over. */
  readonly closed: number
  /** Heads of requests, with their bodies as far as they came in the same piece. */
  readonly requests: readonly string[]
  stop(): Promise<void>
}

export interface RawServerOptions {
  readonly hostname?: string
  readonly certificate?: TestCertificate
}

/** A server that answers byte by byte as the test says, and counts who connects. */
export const startRawServer = async (
  answer: (socket: Socket, request: string) => void,
  { certificate, hostname = '127.0.0.1' }: RawServerOptions = {},
): Promise<RawServer> => {
  const requests: string[] = []
  const open = new Set<Socket>()
  const count = { connections: 0, closed: 0 }
  const serve = (socket: Socket): void => {
    socket.on('error', () => undefined)
    socket.once('data', (data) => {
      requests.push(data.toString('latin1'))
      answer(socket, data.toString('latin1'))
    })
  }
  const server = certificate === undefined ? createServer(serve) : createSecureServer(certificate, serve)
  // Of TCP, also where TLS follows.
  server.on('connection', (socket: Socket) => {
    count.connections += 1
    open.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => {
      count.closed += 1
      open.delete(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, hostname, resolve))
  return {
    // A server that listens on TCP has an address with a port.
    port: (server.address() as AddressInfo).port,
    get connections() {
      return count.connections
    },
    get closed() {
      return count.closed
    },
    requests,
    async stop() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A whole reply with its length. */
export const replyText = (status: string, headers: readonly string[] = [], body = ''): string =>
  [`HTTP/1.1 ${status}`, ...headers, `content-length: ${body.length}`, '', body].join('\r\n')

import { request as requestPlain } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as requestSecure } from 'node:https'
import { WireFailure } from './connector.ts'
import type { Connector, WireFailureReason, WireReply, WireRequest, WireWatch } from './connector.ts'

export interface NodeConnectorOptions {
  /** PEM of an authority to trust instead of the system's. Only tests have one. */
  readonly certificateAuthority?: string
}

/**
 * `fetch` resolves names itself and obeys proxy variables; `node:http` connects to the address that it is given,
 * while `servername` and the `host` header keep the name.
 */
export const createNodeConnector = (options: NodeConnectorOptions = {}): Connector => ({
  exchange: (request, watch) =>
    new Promise((resolve, reject) => {
      let isConnected = false
      const outgoing = begin(request, watch.signal, options)
      outgoing.once('socket', (socket) => {
        socket.once(request.isSecure ? 'secureConnect' : 'connect', () => {
          isConnected = true
          watch.onConnected()
        })
      })
      outgoing.once('response', (incoming) => resolve(replyOf(incoming, outgoing)))
      outgoing.once('upgrade', (_incoming, socket) => {
        socket.destroy()
        reject(new WireFailure('broken', new Error('It changed the protocol unasked')))
      })
      // Stays for the life of the request: what happens after the head is also told by the body.
      outgoing.on('error', (error) => reject(new WireFailure(reasonOf(error, isConnected), error)))
      outgoing.end(request.body)
    }),
})

const begin = (
  request: WireRequest,
  signal: WireWatch['signal'],
  { certificateAuthority }: NodeConnectorOptions,
): ClientRequest => {
  const { address, headers, maxHeaderBytes, method, pathAndQuery, port, serverName } = request
  const plain = {
    host: address,
    port,
    method,
    path: pathAndQuery,
    headers,
    // No pool: a kept connection would belong to an address that was checked for another request.
    agent: false as const,
    maxHeaderSize: maxHeaderBytes,
    signal,
  }
  if (!request.isSecure) return requestPlain(plain)
  return requestSecure({
    ...plain,
    // Said aloud, because a variable of the environment can switch it off.
    rejectUnauthorized: true,
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
  })
}

const replyOf = (incoming: IncomingMessage, outgoing: ClientRequest): WireReply => {
  // Until somebody reads, a break has no other listener.
  incoming.on('error', () => undefined)
  return {
    status: incoming.statusCode ?? 0,
    headers: pairsOf(incoming.rawHeaders),
    body: readBody(incoming),
    close() {
      incoming.destroy()
      outgoing.destroy()
    },
  }
}

/** A body that ends before its length, or its last chunk, is an error of the stream. */
async function* readBody(incoming: IncomingMessage): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const piece of incoming) yield piece
  } catch (error) {
    throw new WireFailure('broken', error)
  }
}

const pairsOf = (raw: readonly string[]): (readonly [string, string])[] => {
  const pairs: (readonly [string, string])[] = []
  for (let at = 0; at + 1 < raw.length; at += 2)
    pairs.push([(raw[at] ?? '').toLowerCase(), raw[at + 1] ?? ''])
  return pairs
}

const reasonOf = (error: Error, isConnected: boolean): WireFailureReason => {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large'
  if (/CERT|ISSUER|VERIFY|SELF_SIGNED/.test(code)) return 'untrusted'
  return isConnected ? 'broken' : 'unreachable'
}

import { peerRefusalIn } from '../../features/peer-door/peer-refusal.ts'
import { PeerLost, PeerUnreachable } from '../../features/other-nodes/peer-transport.ts'
import type { PeerTransport } from '../../features/other-nodes/peer-transport.ts'
import type {
  DialledSocket,
  OutboundRequest,
  WebSocketDial,
} from '../../features/forwarding/service-transport.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { askWhyRefused } from '../ask-why-refused.ts'
import { dialWebSocket } from '../dial-web-socket.ts'
import { PeerCalls } from './peer-calls.ts'
import type { OnNodeDown, PeerCall } from './peer-calls.ts'
import { PeerConnections } from './peer-connections.ts'
import { PeerHosts } from './peer-hosts.ts'
import type { PeerHostsPorts, PeerLocation } from './peer-hosts.ts'
import { replyOfCall } from './reply-of-call.ts'

export interface PeerTransportPorts extends PeerHostsPorts {
  /** Undefined: nobody knows where it is. */
  readonly locate: (nodeId: NodeId) => PeerLocation | undefined
  /** Value of `authorization` for requests to that node. */
  readonly bearerFor: (nodeId: NodeId) => string
  /** Its link is declared down: it is not asked, and what hangs there would hang for ever. */
  readonly isDown: (nodeId: NodeId) => boolean
  readonly onNodeDown: OnNodeDown
}

/**
 * The name that every node's certificate has. Bun keeps connections open between requests only when it may check the name
 * itself: with a check of our own it opens one for each.
 */
const SERVER_NAME = 'skein-node'

/** What the system says when nothing of a request has left yet: no way there, nobody there, or somebody else. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ConnectionRefused',
  'FailedToOpenSocket',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EINVAL',
  'EAGAIN',
  'EPROTO',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
])

/** HTTPS to other nodes, each trusted by the one certificate that it has announced. */
export const createHttpsPeerTransport = (ports: PeerTransportPorts): PeerTransport => {
  const calls = new PeerCalls(ports.onNodeDown)
  const hosts = new PeerHosts(ports)
  const connections = new PeerConnections(ports.onNodeDown)
  const overHosts: OverHosts = (nodeId, call, attempt) =>
    tryHosts({ ports, hosts, connections, nodeId, call }, attempt)
  const send: PeerTransport['send'] = async (nodeId, request) => {
    const call = calls.open(nodeId, request.signal)
    try {
      const reply = await overHosts(nodeId, call, (way) => fetchOver(way, request, call.signal))
      const refusal = peerRefusalIn(reply.headers)
      if (refusal !== undefined) {
        await reply.body?.cancel()
        throw new PeerUnreachable(nodeId, refusal)
      }
      return await replyOfCall(reply, call, (error) => failureOf(nodeId, call, error))
    } catch (error) {
      call.close()
      throw failureOf(nodeId, call, error)
    }
  }
  return {
    send,
    async dial(nodeId, request) {
      const call = calls.open(nodeId, undefined)
      try {
        const socket = await overHosts(nodeId, call, (way) => dialOver(way, request, call))
        if (socket !== undefined) return socket
      } catch (error) {
        call.close()
        throw failureOf(nodeId, call, error)
      }
      call.close()
      const reply = await askWhyRefused(request, (plain) => send(nodeId, plain))
      if (reply !== undefined) return reply
      throw new PeerUnreachable(nodeId, new Error('The WebSocket was refused, then accepted'))
    },
  }
}

/** One address of a node, and with what it is spoken to. */
interface PeerWay {
  /** `host:port`, as in a URL. */
  readonly authority: string
  readonly tls: { readonly ca: string; readonly serverName: string }
  readonly authorization: string
}

type OverHosts = <Result>(
  nodeId: NodeId,
  call: PeerCall,
  attempt: (way: PeerWay) => Promise<Result>,
) => Promise<Result>

interface HostTries {
  readonly ports: PeerTransportPorts
  readonly hosts: PeerHosts
  readonly connections: PeerConnections
  readonly nodeId: NodeId
  readonly call: PeerCall
}

/** Goes on to the next address of the node as long as the one before has seen nothing. @throws PeerUnreachable */
const tryHosts = async <Result>(
  { call, connections, hosts, nodeId, ports }: HostTries,
  attempt: (way: PeerWay) => Promise<Result>,
): Promise<Result> => {
  const location = ports.locate(nodeId)
  if (location === undefined) throw new PeerUnreachable(nodeId, new Error('No address of it is known'))
  if (ports.isDown(nodeId)) throw new PeerUnreachable(nodeId, new Error('The link to it is down'))
  const failed = new Set<string>()
  let cause: unknown = new Error('None of its addresses answers')
  for (;;) {
    const host = await hosts.find(nodeId, location, failed)
    if (host === undefined || call.signal.aborted) throw new PeerUnreachable(nodeId, cause)
    try {
      const certificate = connections.trustFor(nodeId, location.certificate)
      const result = await attempt(wayTo(host, { ...location, certificate }, ports.bearerFor(nodeId)))
      hosts.onAnswered(nodeId, host)
      return result
    } catch (error) {
      hosts.onFailed(nodeId)
      if (!(error instanceof NothingSent)) throw error
      if (!error.mayTryAgain) throw new PeerUnreachable(nodeId, error.cause)
      failed.add(host)
      cause = error.cause
    }
  }
}

const wayTo = (host: string, { certificate, dataPort }: PeerLocation, authorization: string): PeerWay => ({
  authority: `${host.includes(':') ? `[${host}]` : host}:${dataPort}`,
  tls: { ca: certificate, serverName: SERVER_NAME },
  authorization,
})

/** One address could not be used, and has seen nothing. */
class NothingSent extends Error {
  constructor(
    cause: unknown,
    /** A body that streams may have been read from. */
    readonly mayTryAgain: boolean,
  ) {
    super('Nothing was sent', { cause })
    this.name = 'NothingSent'
  }
}

const fetchOver = async (
  { authority, authorization, tls }: PeerWay,
  { body, headers, method, pathAndQuery }: OutboundRequest,
  signal: AbortSignal,
): Promise<Response> => {
  try {
    return await fetch(`https://${authority}${pathAndQuery}`, {
      method,
      headers: withBearer(headers, authorization),
      body,
      signal,
      tls,
      redirect: 'manual',
      decompress: false,
    })
  } catch (error) {
    throw hasNeverConnected(error) ? new NothingSent(error, !(body instanceof ReadableStream)) : error
  }
}

const dialOver = async (
  { authority, authorization, tls }: PeerWay,
  request: WebSocketDial,
  call: PeerCall,
): Promise<DialledSocket | undefined> => {
  const headers = withBearer(request.headers, authorization)
  try {
    return await dialWebSocket(
      `wss://${authority}${request.pathAndQuery}`,
      { ...request, headers },
      { tls, signal: call.signal, onClosed: () => call.close() },
    )
  } catch (error) {
    // A handshake that led to nothing: no message was sent over it.
    throw call.signal.aborted ? error : new NothingSent(error, true)
  }
}

/** In the place of the client's own credential, which is nobody's business beyond the node that it was shown to. */
const withBearer = (from: Headers, authorization: string): Headers => {
  const headers = new Headers(from)
  headers.set('authorization', authorization)
  return headers
}

const hasNeverConnected = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && NEVER_CONNECTED.has(String(error.code))

/** What a caller gets to know of a call that failed. */
const failureOf = (nodeId: NodeId, { signal }: PeerCall, error: unknown): unknown => {
  if (error instanceof PeerUnreachable)
    return signal.aborted && !(signal.reason instanceof PeerLost) ? signal.reason : error
  if (signal.aborted) return signal.reason
  return new PeerLost(nodeId, error)
}

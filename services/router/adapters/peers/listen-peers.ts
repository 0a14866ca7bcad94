import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { Fault } from '@shared/fault/fault.ts'
import { faultResponse } from '@shared/http/fault-response.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { Server, WebSocketHandler } from 'bun'
import type { PeerArrival, PeerServer } from '../../features/peer-door/peer-door.ts'
import { PEER_REFUSED_HEADER, peerRefusalText } from '../../features/peer-door/peer-refusal.ts'
import { isBodyLeftUnread } from '../../features/forwarding/request-body.ts'
import type { RequestBodies } from '../../features/forwarding/request-body.ts'
import { requestTarget } from '../../features/forwarding/request-target.ts'
import type { SocketEvents } from '../../features/forwarding/socket-tunnel.ts'
import { STRANGERS_PREFIX } from '../../features/joining/pairing-messages.ts'
import type { NodeCertificate } from '../cluster/node-certificate-file.ts'
import type { PeerBearerCheck } from './peer-bearer-check.ts'
import { createStrangerLimits } from './stranger-limits.ts'

const LARGEST_STRANGER_BODY_BYTES = 64 * 1024
/** One message of a WebSocket, as at the public door. */
const LARGEST_MESSAGE_BYTES = 64 * 1024 * 1024
/** How long a connection may be quiet between two requests: strangers must not keep what they open. */
const IDLE_SECONDS = 120

export interface PeerListenerOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly certificate: NodeCertificate
  readonly checkBearer: PeerBearerCheck
  /** Answers paths below `STRANGERS_PREFIX`, for anybody. Its body is in memory. */
  readonly stranger: (request: Request, address: string) => Promise<Response>
  /** Answers everything else, for members. */
  readonly member: (request: Request, arrival: PeerArrival) => Promise<Response>
  readonly bodies: Pick<RequestBodies, 'readWhole'>
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
  readonly log: Log
}

export interface PeerListener {
  readonly port: number
  /** Requests and sockets that are not over. A connection on which nothing is asked is none of them. */
  readonly openCount: number
  /** Takes no new connections, and resolves when the last request is answered; `isFast` cuts them instead. */
  stop(isFast: boolean): Promise<void>
}

/** HTTPS for the other nodes. @throws Fault `conflict` when the port is taken */
export const listenPeers = (options: PeerListenerOptions): PeerListener => {
  const checkRate = createStrangerLimits(options.now)
  const answer = async (request: Request, server: Server<SocketEvents>): Promise<Response> => {
    const address = server.requestIP(request)?.address ?? ''
    if (requestTarget(request.url).path.startsWith(STRANGERS_PREFIX)) {
      checkRate(address)
      return answerStranger(options, request, address)
    }
    const nodeId = options.checkBearer(request.headers.get('authorization'))
    // It opens this door for a minute; no service has a use for it.
    request.headers.delete('authorization')
    return options.member(request, { nodeId, address, server: peerServerOf(server) })
  }
  const server = listen(options, (request, serving) =>
    answer(request, serving).catch((error: unknown) => refusalOf(error, request, options.log)),
  )
  return {
    port: server.port ?? options.port,
    get openCount() {
      return server.pendingRequests + server.pendingWebSockets
    },
    stop: (isFast) => server.stop(isFast),
  }
}

const listen = (
  { certificate, host, port }: PeerListenerOptions,
  answer: (request: Request, server: Server<SocketEvents>) => Promise<Response>,
): Server<SocketEvents> => {
  try {
    return Bun.serve<SocketEvents>({
      hostname: host,
      port,
      // A second node on the same port must fail, not share its requests.
      reusePort: false,
      development: false,
      idleTimeout: IDLE_SECONDS,
      // Each route has its own limit, which the door holds; strangers have theirs.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      tls: { key: certificate.privateKey, cert: certificate.certificate },
      fetch: answer,
      websocket: TUNNELS,
    })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    throw new Fault(
      'conflict',
      `Port ${port} for the requests of other nodes is in use by another program. Stop it, or choose another one: CLUSTER_DATA_PORT=${port + 10}`,
      { cause: error },
    )
  }
}

const TUNNELS: WebSocketHandler<SocketEvents> = {
  maxPayloadLength: LARGEST_MESSAGE_BYTES,
  open: (socket) => socket.data.open(socket),
  message: (socket, message) => socket.data.message(socket, message),
  drain: (socket) => socket.data.drain(),
  close: (socket, code, reason) => socket.data.close(socket, code, reason),
}

const peerServerOf = (server: Server<SocketEvents>): PeerServer => ({
  upgrade: (request, upgradeOptions) => server.upgrade(request, upgradeOptions),
  letBeQuiet(request) {
    server.timeout(request, 0)
    return () => server.timeout(request, IDLE_SECONDS)
  },
})

const answerStranger = async (
  { bodies, stranger }: PeerListenerOptions,
  request: Request,
  address: string,
): Promise<Response> => {
  const releases: (() => void)[] = []
  try {
    const visit = { hold: (release: () => void) => void releases.push(release) }
    const body = await bodies.readWhole(visit, request, LARGEST_STRANGER_BODY_BYTES)
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
    const { headers, method, url } = request
    return await stranger(new Request(url, { method, headers, body: hasBody ? body : null }), address)
  } finally {
    for (const release of releases) release()
  }
}

/** Who shows nothing is told nothing: not even which paths there are. */
const refusalOf = (error: unknown, request: Request, log: Log): Response => {
  if (!(error instanceof Fault)) {
    log.error({ err: error }, 'the door for nodes broke')
    return new Response(null, { status: 500 })
  }
  const response = faultResponse(error, openaiFaultBody(error))
  const refusal = peerRefusalText(error)
  if (refusal !== undefined) response.headers.set(PEER_REFUSED_HEADER, refusal)
  if (isBodyLeftUnread(request, error)) response.headers.set('connection', 'close')
  return response
}

/**
 * A bare server that sends what it gets on to another machine: `entry-server.ts plain PORT` over HTTP, `entry-server.ts
 * peer PORT DIRECTORY` over the link between nodes to the far node of that directory. Prints its own port.
 */
import { join } from 'node:path'
import { createHttpsPeerTransport } from '@service/router/adapters/peers/https-peer-transport.ts'
import { openNodeIdentity } from '@service/router/adapters/peers/node-identity-file.ts'
import { createPeerBearerMint } from '@service/router/adapters/peers/peer-bearer-mint.ts'
import { tcpConnects } from '@service/router/adapters/peers/tcp-connects.ts'
import type { OutboundRequest } from '@service/router/features/forwarding/service-transport.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'

type Send = (request: OutboundRequest) => Promise<Response>

const SMALL_BYTES = 64 * 1024
const [mode = '', port = '', directory = '.'] = process.argv.slice(2)

const plainSend: Send = ({ pathAndQuery, ...request }) =>
  fetch(`http://127.0.0.1:${port}${pathAndQuery}`, { ...request, redirect: 'manual', decompress: false })

const openPeerSend = async (): Promise<Send> => {
  // Written by `far-node.ts`.
  const far = (await Bun.file(join(directory, 'far-node.json')).json()) as {
    readonly nodeId: NodeId
    readonly certificate: string
  }
  const { nodeId, sign } = await openNodeIdentity({
    skeinHome: join(directory, 'near'),
    now: () => Date.now(),
  })
  const transport = createHttpsPeerTransport({
    locate: () => ({ hosts: ['127.0.0.1'], dataPort: Number(port), certificate: far.certificate }),
    bearerFor: createPeerBearerMint({ self: nodeId, sign, now: () => Date.now() }),
    isDown: () => false,
    onNodeDown: () => () => undefined,
    connects: tcpConnects,
    now: () => performance.now(),
  })
  return (request) => transport.send(far.nodeId, request)
}

const send = mode === 'peer' ? await openPeerSend() : plainSend

const bodyOf = async (request: Request): Promise<OutboundRequest['body']> => {
  const isSmall = Number(request.headers.get('content-length') ?? Infinity) <= SMALL_BYTES
  return isSmall ? new Uint8Array(await request.arrayBuffer()) : request.body
}

/** What the router says of a request that it has placed. */
const TERMS = { 'x-skein-caller': 'local', 'x-skein-class': 'interactive', 'x-skein-model': 'bench' }

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  maxRequestBodySize: 4e9,
  async fetch(request) {
    const { pathname, search } = new URL(request.url)
    const headers = new Headers(request.headers)
    for (const [name, value] of Object.entries(TERMS)) headers.set(name, value)
    headers.set('x-skein-visit', crypto.randomUUID())
    headers.delete('content-length')
    const { method, signal } = request
    const body = method === 'GET' ? null : await bodyOf(request)
    const reply = await send({ method, pathAndQuery: pathname + search, headers, body, signal })
    return new Response(reply.body, { status: reply.status, headers: reply.headers })
  },
})
console.log(`ready ${server.port}`)

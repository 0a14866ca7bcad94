import { expect, test } from 'bun:test'
import { sourceFiles } from '../support/source-files.ts'

/**
 * Who opens connections besides `shared/fetch`, and why that is safe: each speaks to an address of our own.
 * A URL that a request, a file of settings or another server names goes through `shared/fetch`; whoever adds a line
 * here has to say why the URL cannot come from there.
 */
const OWN_CONNECTIONS: Readonly<Record<string, string>> = {
  'shared/contracts/service-client.ts':
    'the control plane of this node: Unix sockets or loopback of its services',
  'services/router/adapters/socket-transport.ts':
    'requests to the services of this node; redirects are passed on',
  'services/router/adapters/dial-web-socket.ts': 'WebSockets to the services of this node, and to members',
  'services/router/adapters/peers/https-peer-transport.ts':
    'members of the cluster, at addresses that they have announced, each by its own certificate; no redirects',
  'services/router/adapters/pairing/pairing-client.ts':
    'a node that invites, where the local network or the operator says that it is; three fixed paths, bounded, no redirects',
  'services/router/adapters/lan/lan-sockets.ts':
    'multicast DNS with neighbours; what comes is read as hostile, and is only a hint where to dial',
  'services/router/adapters/links/libp2p-tcp.ts':
    'members of the cluster; who does not have its key and the right identity is told nothing',
  'services/router/adapters/doctor/doctor-probe.ts':
    'whether a machine that the operator asks about, a member or the own router takes connections; nothing is sent',
  'services/router/adapters/links/probe-route.ts': 'asks the system for its route to the same addresses',
  'services/router/adapters/peers/tcp-connects.ts': 'the same addresses, to which nothing is sent',
  'services/router/adapters/open-usage-stream.ts': 'the usage feeds of the services of this node',
  'services/router/adapters/service-readings.ts': 'metrics and documents of the services of this node',
  'services/model-store/machines/ask-machine.ts':
    'servers that the operator added as external machines, never a URL of a request for an answer; no redirects, bounded',
  'services/chat/engines/external/external-client.ts':
    'servers that the operator added as external machines; no redirects, bounded in bytes and in silence',
  'services/chat/engines/llama-server/llama-server-client.ts': 'the Unix socket of a llama-server we started',
  'services/chat/engines/rpc-worker/router-shard-lender.ts': 'the control socket of the router of this node',
  'services/chat/engines/rpc-worker/rpc-server-process.ts':
    'whether the program that we started listens, on loopback',
  'services/router/adapters/rpc-tunnel/rpc-tunnel-bridge.ts': 'opens none: it joins two that are open',
  'services/router/adapters/rpc-tunnel/rpc-tunnel-inlet.ts':
    'listens on loopback for an engine of this node; opens none',
  'services/router/adapters/rpc-tunnel/rpc-tunnel-outlet.ts':
    'a worker of this node, on loopback, at the port that its chat service has told',
}

const OPENS_CONNECTIONS = [
  // A call, no method of that name: neither `fetcher.fetch(` nor `async fetch(request) {` nor `fetch(request): Reply`.
  /(?<![.\w])fetch\((?![^()]*\)(\s*\{|:))/,
  /\b(globalThis|window|self)\.fetch\b/,
  // `fetch` itself, handed to somebody who will call it.
  /[=(,:]\s*fetch\s*[,)\n;}]|[{,]\s*fetch\s*[,}]/,
  /\bnew (WebSocket|EventSource|XMLHttpRequest)\(/,
  /\bBun\.(connect|fetch|udpSocket)\b/,
  /['"]node:(https?|http2|tls|dgram)['"]/,
  /\b(from|import|require)\s*\(?['"](https?|http2|net|tls|dgram|undici|ws|axios|got|node-fetch|eventsource)['"]/,
  // Its questions about addresses open nothing.
  /(?<!\{\s*((BlockList|isIP|isIPv4|isIPv6)[,\s]*)+\}\s*from\s*)['"]node:net['"]/,
  // Bring their own fetch unless they are given one.
  /\bnew (StreamableHTTP|SSE|WebSocket)ClientTransport\((?![^;]*\bfetch:)/,
]

const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(?<!:)\/\/.*$/gm, '')

const opensConnections = (text: string): boolean =>
  OPENS_CONNECTIONS.some((pattern) => pattern.test(withoutComments(text)))

test('whoever opens a connection is shared/fetch, or is named here with a reason', () => {
  const found = sourceFiles('services', 'shared')
    .filter(({ path }) => !path.startsWith('shared/fetch/'))
    .filter(({ text }) => opensConnections(text))
    .map(({ path }) => path)
  expect(found).toEqual(Object.keys(OWN_CONNECTIONS).toSorted())
})

test('within shared/fetch only the connector and the resolver touch the network', () => {
  const touching = sourceFiles('shared/fetch')
    .filter(({ text }) => opensConnections(text) || /['"]node:dns/.test(text))
    .map(({ path }) => path)
  expect(touching).toEqual(['shared/fetch/name-resolver.ts', 'shared/fetch/node-connector.ts'])
})

test.each([
  `const reply = await fetch(url)`,
  `return fetch(\`http://\${host}/\`, { signal })`,
  `const get = globalThis.fetch`,
  `createClient({ fetch })`,
  `createClient({ fetch: fetch })`,
  `const get = fetch;`,
  `new WebSocket(url)`,
  `Bun.connect({ hostname, port })`,
  `import { request } from 'node:https'`,
  `import { connect } from 'node:net'`,
  `import { connect, isIP } from 'node:net'`,
  `const reply = isLocal ? fetch(url) : undefined`,
  `import axios from 'axios'`,
  `new StreamableHTTPClientTransport(new URL(url), { requestInit })`,
])('%p would be found', (code) => expect(opensConnections(code)).toBe(true))

test.each([
  `await fetcher.fetch({ url, param })`,
  `Bun.serve({ async fetch(request) { return answer(request) } })`,
  `app.fetch(request)`,
  `// fetch(url) would follow redirects`,
  `new StreamableHTTPClientTransport(new URL(url), { fetch: fetchForeign, requestInit })`,
  `const fetched = 1`,
  `interface Fetcher { fetch(request: Request): Promise<Reply> }`,
  `const address = { type: 'http', url }`,
  `import { BlockList, isIP } from 'node:net'`,
])('%p is no connection of its own', (code) => expect(opensConnections(code)).toBe(false))

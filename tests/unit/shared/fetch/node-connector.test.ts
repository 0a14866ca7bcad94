import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { WireRequest } from '@shared/fetch/connector.ts'
import { createNodeConnector } from '@shared/fetch/node-connector.ts'
import { fetcherFor } from '../../../support/fetch/fetcher-for.ts'
import { replyText, startRawServer } from '../../../support/fetch/raw-server.ts'
import type { RawServer } from '../../../support/fetch/raw-server.ts'
import { refusalOf } from '../../../support/fetch/refusal-of.ts'
import { createScriptedResolver } from '../../../support/fetch/scripted-resolver.ts'
import { createTestAuthority } from '../../../support/fetch/test-certificates.ts'

const authority = createTestAuthority()
const NAMES = {
  'pictures.test': [['127.0.0.1']],
  'other.test': [['127.0.0.1']],
  'six.test': [['::1']],
}

const servers: RawServer[] = []
const start = async (subject: string, hostname: string): Promise<RawServer> => {
  const server = await startRawServer((socket) => socket.end(replyText('200 OK', [], 'secure')), {
    certificate: authority.issue(subject),
    hostname,
  })
  servers.push(server)
  return server
}

let named: RawServer
let namedSix: RawServer
let numbered: RawServer

beforeAll(async () => {
  named = await start('DNS:pictures.test', '127.0.0.1')
  namedSix = await start('DNS:six.test', '::1')
  numbered = await start('IP:127.0.0.1', '127.0.0.1')
})

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  authority.remove()
})

const fetcher = (certificateAuthority: string | undefined = authority.authority) =>
  fetcherFor({
    ports: {
      resolver: createScriptedResolver(NAMES),
      connector: createNodeConnector(certificateAuthority === '' ? {} : { certificateAuthority }),
    },
  })

const go = (host: string, { port }: RawServer) =>
  fetcher().fetch({ url: `https://${host}:${port}/a?b=c`, param: 'url' })

describe('over https', () => {
  test('the address is pinned while header and certificate are those of the name', async () => {
    for (const [host, server] of [
      ['pictures.test', named],
      ['six.test', namedSix],
      ['127.0.0.1', numbered],
    ] as const) {
      const reply = await go(host, server)
      expect(Buffer.from(await reply.bytes()).toString()).toBe('secure')
      expect(server.requests.at(-1)).toStartWith('GET /a?b=c HTTP/1.1\r\n')
      expect(server.requests.at(-1)).toContain(`host: ${host}:${server.port}\r\n`)
    }
  })

  test.each([
    ['another name', 'other.test', () => named],
    ['a name, asked for by its address', '127.0.0.1', () => named],
    ['an address, asked for by a name', 'pictures.test', () => numbered],
  ] as const)('a certificate of %s is refused before anything is sent', async (_what, host, server) => {
    const before = server().requests.length
    const refused = await refusalOf(go(host, server()))
    expect(refused.code).toBe('unavailable')
    expect(refused.message).toContain('no certificate that is valid for its name')
    expect(server().requests.length).toBe(before)
  })

  test('an unknown authority is refused, even where the environment switches checks off', async () => {
    const before = named.requests.length
    const { output } = await exchangeElsewhere(named, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })
    expect(output).toBe('untrusted')
    expect(named.requests.length).toBe(before)
  })

  test('a redirect to http is refused, one from http to https is followed', async () => {
    const plain = await startRawServer((socket) =>
      socket.end(replyText('302 Found', [`location: https://pictures.test:${named.port}/`])),
    )
    const down = await startRawServer(
      (socket) => socket.end(replyText('302 Found', [`location: http://pictures.test:${plain.port}/`])),
      { certificate: authority.issue('DNS:pictures.test') },
    )
    servers.push(plain, down)
    const refused = await refusalOf(go('pictures.test', down))
    expect(refused.code).toBe('forbidden')
    expect(plain.connections).toBe(0)
    const reply = await fetcher().fetch({ url: `http://pictures.test:${plain.port}/`, param: 'url' })
    expect(Buffer.from(await reply.bytes()).toString()).toBe('secure')
  })
})

describe('what a server may not do', () => {
  test.each([
    ['speak no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    [
      'change the protocol unasked',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    ],
    ['go without a word', ''],
    ['send too many headers', `HTTP/1.1 200 OK\r\n${`x: ${'a'.repeat(1000)}\r\n`.repeat(20)}\r\n`],
  ])('%s', async (_what, bytes) => {
    const server = await startRawServer((socket) => socket.end(bytes))
    servers.push(server)
    const refused = await refusalOf(
      fetcherFor().fetch({ url: `http://pictures.test:${server.port}/`, param: 'url' }),
    )
    expect(refused.code).toBe('unavailable')
    expect(refused.message).not.toMatch(/HPE|ECONN|Parse/)
  })
})

test('headers have a limit of their own', async () => {
  const server = await startRawServer((socket) => socket.end(replyText('200 OK', [`x: ${'a'.repeat(3000)}`])))
  servers.push(server)
  const go = (maxHeaderBytes: number) =>
    fetcherFor({ limits: { maxHeaderBytes } }).fetch({
      url: `http://pictures.test:${server.port}/`,
      param: 'url',
    })
  expect((await go(4000)).status).toBe(200)
  expect((await refusalOf(go(2000))).message).toContain('sends headers that are too large')
})

test('proxy variables of the environment are not obeyed', async () => {
  const proxy = await startRawServer((socket) => socket.end(replyText('200 OK', [], 'proxied')))
  const server = await startRawServer((socket) => socket.end(replyText('200 OK', [], 'direct')))
  servers.push(proxy, server)
  const variables = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'].map((name) => [
    name,
    `http://127.0.0.1:${proxy.port}`,
  ])
  const { output } = await exchangeElsewhere(server, {
    NODE_USE_ENV_PROXY: '1',
    ...Object.fromEntries(variables),
  })
  expect(output).toBe('direct')
  expect(proxy.connections).toBe(0)
})

/** What a process with these variables reads from a server, or why it does not: the runtime reads some only at its start. */
const exchangeElsewhere = async (server: RawServer, environment: Readonly<Record<string, string>>) => {
  const request: WireRequest = {
    address: '127.0.0.1',
    port: server.port,
    isSecure: server === named,
    serverName: 'pictures.test',
    method: 'GET',
    pathAndQuery: '/',
    headers: { host: 'pictures.test' },
    body: undefined,
    maxHeaderBytes: 16_384,
  }
  const script = `
    import { createNodeConnector } from '@shared/fetch/node-connector.ts'
    const watch = { signal: new AbortController().signal, onConnected() {} }
    try {
      const reply = await createNodeConnector().exchange(${JSON.stringify(request)}, watch)
      for await (const piece of reply.body) process.stdout.write(piece)
    } catch (error) {
      process.stdout.write(error.reason)
    }`
  const child = Bun.spawn([process.execPath, '-e', script], {
    cwd: import.meta.dir,
    env: { ...process.env, ...environment },
    stdout: 'pipe',
    stderr: 'ignore',
  })
  return { output: await child.stdout.text() }
}

/**
 * Walks all doors of a real node from a network namespace of its own (`unshare -n bun walk-doors.ts HOME`), where it has
 * an address of a home network and one of the internet. Prints a `DoorReport` as JSON; `doors-table.test.ts` reads it.
 */
import { chmodSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { RouteEntry, ServiceManifest } from '@shared/contracts/route-manifest.ts'
import { INTERNAL_ROUTES } from '@shared/contracts/internal-routes.ts'
import { SERVICE_NAMES } from '@shared/contracts/service-name.ts'
import { REPOSITORY } from '../support/source-files.ts'
import { runSkein } from './run-skein.ts'
import type { SkeinRun } from './run-skein.ts'
import { recordOf } from './supervised-node.ts'

export const HOME_ADDRESS = '192.168.77.5'
export const INTERNET_ADDRESS = '203.0.113.5'

/** Who comes to a door. The first five come from another machine, `local` and `proxied` from this one. */
export const CALLERS = [
  'none',
  'wrong',
  'inference',
  'manage',
  'metrics',
  'admin',
  'local',
  'proxied',
] as const
export type CallerName = (typeof CALLERS)[number]

export interface DoorRow {
  readonly route: Pick<RouteEntry, 'method' | 'path' | 'scope'>
  readonly statuses: Readonly<Record<CallerName, number>>
}

export interface DoorReport {
  /** `skein up` on the home network without a key, and with one on the internet. */
  readonly refused: Readonly<Record<'noKey' | 'routerAlone' | 'public' | 'publicLan' | 'readable', SkeinRun>>
  /** `skein up` on the internet, on purpose. */
  readonly allowedPublic: SkeinRun
  /** What `skein up --lan` printed first and when it was started again, as JSON. */
  readonly lanStarts: readonly Readonly<Record<string, unknown>>[]
  readonly rows: readonly DoorRow[]
  /** Without a key, where keys are demanded of this machine too. */
  readonly demanded: readonly { readonly route: DoorRow['route']; readonly status: number }[]
  /** `skein` of the owner, while keys are demanded. */
  readonly owner: SkeinRun
  /** A request without a key after the last key was revoked. */
  readonly afterLastKey: number
  readonly audit: string
}

const [home = ''] = process.argv.slice(2)

const ip = (...words: readonly string[]): void => {
  const { exitCode, stderr } = Bun.spawnSync(['ip', ...words])
  if (exitCode !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr.toString()}`)
}

const skein = (...words: readonly string[]): Promise<SkeinRun> => runSkein(home, ...words)

/** A command that must succeed, and the JSON that it printed. */
const skeinJson = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
  const { exitCode, stderr, stdout } = await skein(...words, '--json')
  if (exitCode !== 0) throw new Error(`skein ${words.join(' ')}: ${stderr}${stdout}`)
  return JSON.parse(stdout)
}

const up = (...words: readonly string[]) => skeinJson('up', '--detach', '--port', '0', ...words)
const stop = () => skeinJson('stop')

const runRouter = async (host: string): Promise<SkeinRun> => {
  const run = Bun.spawn([process.execPath, join(REPOSITORY, 'services/router/main.ts')], {
    env: { PATH: process.env['PATH'], HOME: home, SKEIN_HOME: home, ROUTER_PORT: '0', ROUTER_HOST: host },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr] = await Promise.all([
    new Response(run.stdout).text(),
    new Response(run.stderr).text(),
  ])
  return { exitCode: await run.exited, stdout, stderr }
}

export const manifestsOf = async (socketDirectory: string): Promise<readonly RouteEntry[]> => {
  const manifests = await Promise.all(
    SERVICE_NAMES.map(async (service) => {
      const unix = join(socketDirectory, `${service}.sock`)
      const reply = await fetch(`http://localhost${INTERNAL_ROUTES.manifest}`, { unix })
      // What a service of this repository says of itself.
      return (await reply.json()) as ServiceManifest
    }),
  )
  return manifests.flatMap(({ routes }) => routes)
}

type Headers = Readonly<Record<string, string>>

const pathOf = ({ path }: Pick<RouteEntry, 'path'>): string => path.replaceAll(/:[^/]+|\*/g, 'x')

const PATIENCE_MS = 30_000

export const askRoute = async (base: string, route: DoorRow['route'], headers: Headers): Promise<number> => {
  if (route.method === 'WS') return shakeHands(new URL(base), pathOf(route), headers)
  const method = route.method === 'ALL' ? 'GET' : route.method
  const hasBody = !['GET', 'HEAD', 'OPTIONS'].includes(method)
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const reply = await fetch(base + pathOf(route), {
    method,
    signal,
    headers: hasBody ? { 'content-type': 'application/json', ...headers } : headers,
    ...(hasBody ? { body: '{}' } : {}),
  })
  await reply.body?.cancel()
  return reply.status
}

/** The status of a handshake, which the WebSocket of a browser would not tell. */
const shakeHands = (base: URL, path: string, headers: Headers): Promise<number> => {
  const { promise, reject, resolve } = Promise.withResolvers<number>()
  const socket = connect(Number(base.port), base.hostname)
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${base.host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`no answer to the handshake of ${path}`)))
  socket.on('error', reject)
  socket.once('data', (data) => {
    resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(data.toString())?.[1] ?? 0))
    socket.destroy()
  })
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  return promise
}

const bearer = (secret: unknown): Headers => ({ authorization: `Bearer ${String(secret)}` })

const walk = async (port: number, routes: readonly RouteEntry[]): Promise<readonly DoorRow[]> => {
  const outside = `http://${HOME_ADDRESS}:${port}`
  const inside = `http://127.0.0.1:${port}`
  const keys = new Map<CallerName, Headers>([
    ['none', {}],
    ['wrong', bearer(`sk-skein-${'0'.repeat(64)}`)],
  ])
  for (const scope of ['inference', 'manage', 'metrics', 'admin'] as const) {
    const { token } = await skeinJson('key', 'add', '--label', scope, '--scope', scope)
    keys.set(scope, bearer(token))
  }
  const statusOf = (caller: CallerName, route: DoorRow['route']): Promise<number> => {
    if (caller === 'local') return askRoute(inside, route, {})
    if (caller === 'proxied') return askRoute(inside, route, { 'x-forwarded-for': '198.51.100.7' })
    return askRoute(outside, route, keys.get(caller) ?? {})
  }
  const rows: DoorRow[] = []
  for (const { method, path, scope } of routes) {
    const route = { method, path, scope }
    const asked = await Promise.all(CALLERS.map(async (caller) => [caller, await statusOf(caller, route)]))
    // All of CALLERS are in it.
    rows.push({ route, statuses: Object.fromEntries(asked) as DoorRow['statuses'] })
  }
  return rows
}

const demandKeys = async (routes: readonly RouteEntry[]) => {
  const { port } = recordOf(home)
  const demanded: { route: DoorRow['route']; status: number }[] = []
  for (const { method, path, scope } of routes) {
    const route = { method, path, scope }
    demanded.push({ route, status: await askRoute(`http://127.0.0.1:${port}`, route, {}) })
  }
  return demanded
}

const revokeAll = async (port: number): Promise<number> => {
  // GET /v1/tokens
  const { data } = (await skeinJson('key', 'list')) as { data: { id: string }[] }
  for (const { id } of data) await skeinJson('key', 'rm', id, '--yes')
  return askRoute(
    `http://${HOME_ADDRESS}:${port}`,
    { method: 'GET', path: '/v1/models', scope: 'inference' },
    {},
  )
}

const report = async (): Promise<DoorReport> => {
  ip('link', 'set', 'lo', 'up')
  ip('addr', 'add', `${HOME_ADDRESS}/32`, 'dev', 'lo')
  const noKey = await skein('up', '--host', HOME_ADDRESS, '--port', '0')
  const routerAlone = await runRouter(HOME_ADDRESS)
  const first = await up('--lan')
  await stop()
  const second = await up('--lan')
  const { port, socketDirectory } = recordOf(home)
  const routes = await manifestsOf(socketDirectory)
  const rows = await walk(port, routes)
  const afterLastKey = await revokeAll(port)
  await stop()
  await skeinJson('key', 'add')
  await up('--require-key')
  const demanded = await demandKeys(routes)
  const owner = await skein('status')
  await stop()
  ip('addr', 'add', `${INTERNET_ADDRESS}/32`, 'dev', 'lo')
  const publicHost = await skein('up', '--host', INTERNET_ADDRESS, '--port', '0')
  const allowedPublic = await skein(
    'up',
    '--detach',
    '--port',
    '0',
    '--host',
    INTERNET_ADDRESS,
    '--allow-public',
  )
  await stop()
  const publicLan = await skein('up', '--lan', '--port', '0')
  chmodSync(join(home, 'keys.json'), 0o644)
  const readable = await runRouter('127.0.0.1')
  return {
    refused: { noKey, routerAlone, public: publicHost, publicLan, readable },
    allowedPublic,
    lanStarts: [first, second],
    rows,
    demanded,
    owner,
    afterLastKey,
    audit: await Bun.file(join(home, 'logs', 'audit.log')).text(),
  }
}

if (import.meta.main) process.stdout.write(JSON.stringify(await report()))

import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChildProcess } from '@shared/process/child-process.ts'
import type { ChildProcess } from '@shared/process/child-process.ts'
import { eventually } from '../../support/eventually.ts'
import { routeEntry, startScriptedService, startScriptedStore } from '../../support/scripted-service.ts'
import { scriptedCard } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'
import { REPOSITORY } from '../../support/source-files.ts'

// Processes start slowly on a busy machine.
setDefaultTimeout(30_000)

let home = ''
let started: ChildProcess[] = []
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'skein-router-'))
  started = []
})
afterEach(async () => {
  await Promise.all(started.map((child) => child.stop(2000)))
  rmSync(home, { recursive: true, force: true })
})

interface StartedRouter {
  readonly child: ChildProcess
  readonly lines: string[]
}

const start = (environment: Readonly<Record<string, string>> = {}): StartedRouter => {
  const lines: string[] = []
  const child = startChildProcess({
    command: [process.execPath, join(REPOSITORY, 'services/router/main.ts')],
    environment: {
      PATH: Bun.env['PATH'],
      HOME: home,
      SKEIN_HOME: home,
      ROUTER_PORT: '0',
      ROUTER_SERVICES: `chat=unix:${home}/chat.sock,model-store=unix:${home}/model-store.sock`,
      ...environment,
    },
    onLine: (line) => void lines.push(line),
  })
  started.push(child)
  return { child, lines }
}

const portOf = async ({ lines }: StartedRouter): Promise<number> => {
  const find = (): string | undefined =>
    lines.map((line) => /"port":(\d+).*"msg":"ready"/.exec(line)?.[1]).find(Boolean)
  await eventually('the router is ready', () => find() !== undefined)
  return Number(find())
}

test('it answers on its port, and to the supervisor on a socket that only its user can open', async () => {
  const router = start()
  const port = await portOf(router)
  const health = await (await fetch(`http://127.0.0.1:${port}/health`)).json()
  expect(health).toMatchObject({ status: 'ok' })
  const socket = join(home, 'run', 'router.sock')
  const inside = await fetch('http://localhost/_skein/health', { unix: socket })
  expect(await inside.json()).toMatchObject({ service: 'router', processId: router.child.processId })
  expect(statSync(socket).mode & 0o777).toBe(0o600)
  expect((await router.child.stop(5000), await router.child.exited).code).toBe(0)
})

test('a port that is taken is one sentence that says what to do', async () => {
  const port = await portOf(start())
  const second = start({ ROUTER_PORT: String(port), SKEIN_HOME: join(home, 'other') })
  expect((await second.child.exited).code).toBe(1)
  expect(second.lines).toEqual([expect.stringMatching(new RegExp(`^Port ${port} is in use.*--port`))])
})

test('an address beyond this machine is refused by one sentence', async () => {
  const router = start({ ROUTER_HOST: '0.0.0.0' })
  expect((await router.child.exited).code).toBe(1)
  expect(router.lines).toEqual([expect.stringContaining('Refusing to listen on 0.0.0.0')])
})

test('keys that others may read are refused by one sentence that says what to type', async () => {
  const path = join(home, 'keys.json')
  writeFileSync(path, '{"version":1,"keys":[]}', { mode: 0o644 })
  chmodSync(path, 0o644)
  const router = start()
  expect((await router.child.exited).code).toBe(1)
  expect(router.lines).toEqual([expect.stringContaining(`chmod 600 ${path}`)])
})

test('the owner needs no key on the socket, where everybody else does on the port', async () => {
  const store = startScriptedStore(home, [])
  const port = await portOf(start({ ROUTER_REQUIRE_KEY: 'true' }))
  expect((await fetch(`http://127.0.0.1:${port}/v1/tokens`)).status).toBe(401)
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200)
  const unix = join(home, 'run', 'router.sock')
  const made = await fetch('http://localhost/v1/tokens', {
    unix,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ label: 'mine', scopes: ['admin'] }),
  })
  expect(made.status).toBe(201)
  const { token } = await jsonOf(made)
  const headers = { authorization: `Bearer ${token}` }
  expect((await fetch(`http://127.0.0.1:${port}/v1/tokens`, { headers })).status).toBe(200)
  expect((await fetch('http://localhost/_skein/health', { unix })).status).toBe(200)
  await store.die()
})

test('what is known of the use of a key is there after a restart', async () => {
  const store = startScriptedStore(home, [])
  const first = start()
  const firstPort = await portOf(first)
  const json = { 'content-type': 'application/json' }
  const body = JSON.stringify({ label: 'mine', scopes: ['admin'] })
  const made = await fetch(`http://127.0.0.1:${firstPort}/v1/tokens`, { method: 'POST', headers: json, body })
  const headers = { authorization: `Bearer ${(await jsonOf(made)).token}` }
  await fetch(`http://127.0.0.1:${firstPort}/v1/tokens`, { headers })
  await first.child.stop(5000)
  const port = await portOf(start())
  const { data } = await jsonOf(fetch(`http://127.0.0.1:${port}/v1/tokens`))
  expect(data).toMatchObject([{ label: 'mine', lastUsedAt: expect.stringMatching(/^20\d\d-/) }])
  expect(statSync(join(home, 'key-usage.json')).mode & 0o777).toBe(0o600)
  expect(statSync(join(home, 'logs', 'audit.log')).mode & 0o777).toBe(0o600)
  await store.die()
})

test('a variable that is wrong is refused by its name', async () => {
  const router = start({ ROUTER_PORT: 'many', ROUTER_QUEUE_LIMIT: '-1' })
  expect((await router.child.exited).code).toBe(1)
  expect(router.lines.join('\n')).toMatch(/ROUTER_PORT.*ROUTER_QUEUE_LIMIT/)
})

test('beside a dead service it knows from its last run that the route exists', async () => {
  const chat = startScriptedService(home, {
    service: 'chat',
    routes: [routeEntry('GET', '/v1/things')],
    answer: () => new Response('ok'),
  })
  const store = startScriptedStore(home, [])
  const first = start()
  const firstPort = await portOf(first)
  await eventually(
    'it forwards',
    async () => (await fetch(`http://127.0.0.1:${firstPort}/v1/things`)).status === 200,
  )
  await first.child.stop(5000)
  await chat.die()
  const port = await portOf(start())
  const reply = await fetch(`http://127.0.0.1:${port}/v1/things`)
  expect(reply.status).toBe(503)
  expect(await reply.json()).toMatchObject({ error: { message: expect.stringContaining('chat service') } })
  await eventually(
    'the others are up',
    async () => (await fetch(`http://127.0.0.1:${port}/v1/none`)).status === 404,
  )
  await store.die()
})

test('hundreds of streams are open at the same time', async () => {
  const streams = 400
  let open = 0
  const enough = Promise.withResolvers<void>()
  const chat = startScriptedService(home, {
    service: 'chat',
    routes: [routeEntry('GET', '/v1/stream')],
    async answer() {
      open += 1
      if (open === streams) enough.resolve()
      await enough.promise
      return new Response('done')
    },
  })
  const store = startScriptedStore(home, [scriptedCard('llama')])
  const port = await portOf(start())
  await eventually(
    'the routes are known',
    async () => (await fetch(`http://127.0.0.1:${port}/v1/none`)).status === 404,
  )
  // Not fetch: in this process it has Bun's limit itself.
  const ask = (): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>()
    let got = ''
    void Bun.connect({
      hostname: '127.0.0.1',
      port,
      socket: {
        open: (socket) => void socket.write('GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n'),
        data(socket, data) {
          got += data.toString()
          if (!got.endsWith('done')) return
          resolve(got)
          socket.end()
        },
      },
    })
    return promise
  }
  const replies = await Promise.all(Array.from({ length: streams }, ask))
  expect(replies.every((reply) => reply.startsWith('HTTP/1.1 200'))).toBe(true)
  await Promise.all([chat.die(), store.die()])
})

test('it finishes what is under way before it stops', async () => {
  const working = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  const chat = startScriptedService(home, {
    service: 'chat',
    routes: [routeEntry('GET', '/v1/slow')],
    async answer({ url }) {
      // The router asks for more than its clients do.
      if (!url.endsWith('/v1/slow')) return new Response(null, { status: 404 })
      working.resolve()
      await finish.promise
      return new Response('whole')
    },
  })
  const store = startScriptedStore(home, [])
  const router = start()
  const port = await portOf(router)
  await eventually(
    'the routes are known',
    async () => (await fetch(`http://127.0.0.1:${port}/v1/none`)).status === 404,
  )
  const reply = fetch(`http://127.0.0.1:${port}/v1/slow`)
  await working.promise
  router.child.kill('SIGTERM')
  await eventually('it drains', () => router.lines.some((line) => line.includes('draining')))
  finish.resolve()
  expect(await (await reply).text()).toBe('whole')
  expect((await router.child.exited).code).toBe(0)
  await Promise.all([chat.die(), store.die()])
})

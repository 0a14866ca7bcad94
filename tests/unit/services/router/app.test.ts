import { expect, test } from 'bun:test'
import { openMachine } from '@service/router/adapters/open-machine.ts'
import { createRouterApp } from '@service/router/app.ts'
import type { RouterPorts } from '@service/router/app.ts'
import { ServiceUnreachable } from '@service/router/features/forwarding/service-transport.ts'
import { NO_TOKENS } from '@service/router/policy/token-count.ts'
import { DEFAULT_ANTHROPIC_PROXY } from '@shared/dialects/toolpiper/toolpiper-anthropic-proxy.ts'
import { createLog } from '@shared/log/create-log.ts'
import { Registry } from 'prom-client'
import { accessKey, TEST_SECRET } from '../../../support/access-key-for.ts'
import { callApp } from '../../../support/call-app.ts'
import { createManualClock } from '../../../support/manual-clock.ts'
import { createMemoryKeyRing } from '../../../support/memory-key-ring.ts'
import { scriptedCard } from '../../../support/scripted-node.ts'
import { routeEntry } from '../../../support/scripted-service.ts'

/** A router in memory, in front of one service that says what it was sent. */
const createRouter = async (changes: Partial<RouterPorts> = {}) => {
  const router = createRouterApp({
    services: {
      services: ['chat'],
      fetchManifest: async () => ({
        service: 'chat',
        version: '1',
        instance: 'x',
        slotsPerModel: 1,
        routes: [routeEntry('POST', '/v1/chat/completions', { capability: 'chat', admission: 'engine' })],
      }),
      readSaved: async () => ({}),
      save: async () => undefined,
    },
    transport: {
      send: async (_service, { headers }) =>
        Response.json({ model: headers.get('x-skein-model') }, { headers: { 'content-length': '17' } }),
      dial: (service) => Promise.reject(new ServiceUnreachable(service, new Error('no sockets here'))),
    },
    models: { cards: [scriptedCard('llama')], refresh: async () => undefined, states: async () => [] },
    fetchMemory: async () => ({ budgetBytes: 1_000_000_000, held: [] }),
    keys: createMemoryKeyRing([accessKey({ scopes: ['admin'] })]),
    keyUsage: {
      of: () => ({ lastUsedAt: null, tokens: NO_TOKENS }),
      onRequest: () => undefined,
      onTokens: () => undefined,
    },
    usageFeed: { onUse: () => () => undefined },
    writeAudit: () => undefined,
    screen: { read: async () => 1, write: async (brightness) => brightness },
    anthropicProxy: {
      current: DEFAULT_ANTHROPIC_PROXY,
      change: async (patch) => ({ ...DEFAULT_ANTHROPIC_PROXY, ...patch }),
    },
    documentation: { readDocuments: async () => [], readAsset: () => undefined },
    metrics: { registry: new Registry(), readServiceMetrics: async () => [] },
    node: { name: 'test', version: '1', platform: 'linux', port: () => 1, uptimeSeconds: () => 1 },
    machine: openMachine(() => 0),
    readLicense: async () => ({ text: 'free', packages: [] }),
    instance: 'test',
    settings: {
      allowedHosts: [],
      machineHosts: () => [],
      requiresKey: false,
      queueLimit: 1,
      waitMs: 1000,
      batchWaitMs: 30_000,
      modelTurnMs: 10_000,
      connectionLimit: 10,
      bodyBytesLimit: 1_000_000,
      requestsPerClient: 10,
      socketsPerClient: 10,
      limitsLocalClients: false,
      idleSeconds: 120,
      unreadMs: 60_000,
    },
    clock: createManualClock(),
    now: () => 0,
    createId: () => 'made',
    log: createLog('test', 'silent'),
    ...changes,
  })
  await router.directory.start()
  router.directory.stop()
  return router
}

test('a chat goes through door, queue and transport without any socket', async () => {
  const { app } = await createRouter()
  const headers = { authorization: `Bearer ${TEST_SECRET}` }
  const reply = await callApp(app, '/v1/chat/completions', { json: { messages: [] }, headers })
  expect(reply.status).toBe(200)
  expect(reply.headers.get('x-request-id')).toBe('made')
  expect(reply.headers.get('x-skein-queue-ms')).toBe('0')
  expect(await reply.json()).toEqual({ model: 'llama' })
})

test('a door that breaks is a 500 without a word of the mistake', async () => {
  const { app } = await createRouter({
    createId() {
      throw new Error('secret /etc/passwd')
    },
  })
  const reply = await callApp(app, '/status')
  expect(reply.status).toBe(500)
  expect(await reply.text()).toBe('')
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAnthropicProxyFile } from '@service/router/adapters/anthropic-proxy-file.ts'
import { readLicenseFiles } from '@service/router/adapters/license-files.ts'
import { createManifestFile } from '@service/router/adapters/manifest-file.ts'
import { createModelStoreReader } from '@service/router/adapters/model-store-reader.ts'
import { createNoScreenBrightness } from '@service/router/adapters/no-screen-brightness.ts'
import { openMachine } from '@service/router/adapters/open-machine.ts'
import { createServiceReadings } from '@service/router/adapters/service-readings.ts'
import { createSocketTransport } from '@service/router/adapters/socket-transport.ts'
import { createSwaggerAssets } from '@service/router/adapters/swagger-assets.ts'
import { createRouterApp } from '@service/router/app.ts'
import type { Router, RouterSettings } from '@service/router/app.ts'
import type { AuditEntry } from '@service/router/features/access/audit-trail.ts'
import type { KeyRing } from '@service/router/features/access/key-ring.ts'
import { KeyUsageFile } from '@service/router/adapters/key-usage-file.ts'
import { CatalogueWatch } from '@service/router/features/models/catalogue-watch.ts'
import type { RouterCluster } from '@service/router/features/other-nodes/cluster-ways.ts'
import type { UsageFeed } from '@service/router/features/usage/usage-feed.ts'
import type { ScreenBrightness } from '@service/router/features/screen/screen-brightness.ts'
import { INTERNAL_ROUTES } from '@shared/contracts/internal-routes.ts'
import type { ServiceAddress } from '@shared/contracts/service-address.ts'
import { createServiceClient } from '@shared/contracts/service-client.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import { createLog } from '@shared/log/create-log.ts'
import { Registry } from 'prom-client'
import { createMemoryKeyRing } from './memory-key-ring.ts'
import { scriptedCard } from './scripted-node.ts'
import { startScriptedService, startScriptedStore } from './scripted-service.ts'
import type { ScriptedService, ScriptedServiceOptions } from './scripted-service.ts'

export interface LiveRouterOptions {
  readonly chat?: Omit<ScriptedServiceOptions, 'service'>
  readonly models?: readonly string[]
  readonly settings?: Partial<RouterSettings>
  /** The other nodes; none when absent. */
  readonly cluster?: RouterCluster
  /** Routes of model-store beside those that the router itself asks, and their answers. */
  readonly store?: Pick<ScriptedServiceOptions, 'routes' | 'answer'>
  readonly screen?: ScreenBrightness
  readonly keys?: KeyRing
  readonly onAudit?: (entry: AuditEntry) => void
  /** Told by whom, the router counts it for the key of the visit. */
  readonly usageFeed?: UsageFeed
  /** Services that are not there when the router starts. */
  readonly absent?: readonly ServiceName[]
}

/** A router on a real port in front of scripted services on real sockets, all in the process of the test. */
export interface LiveRouter {
  readonly url: string
  readonly port: number
  readonly router: Router
  readonly chat: ScriptedService
  readonly store: ReturnType<typeof startScriptedStore>
  /** The directory of the sockets. */
  readonly directory: string
  ask(path: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

const IDLE_SECONDS = 120

const clock = {
  now: () => performance.now(),
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

export const startLiveRouter = async (options: LiveRouterOptions = {}): Promise<LiveRouter> => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-router-'))
  const chat = startScriptedService(directory, { service: 'chat', ...options.chat })
  const cards = (options.models ?? ['llama']).map((id) => scriptedCard(id))
  const store = startScriptedStore(directory, cards, options.store)
  const absent = options.absent ?? []
  if (absent.includes('chat')) await chat.die()
  if (absent.includes('model-store')) await store.die()
  const { router, stop } = await createRouter(options, directory)
  router.app.listen({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: options.settings?.idleSeconds ?? IDLE_SECONDS,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  })
  await router.directory.start()
  const port = router.app.server?.port ?? 0
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    port,
    router,
    chat,
    store,
    directory,
    ask: (path, init) => fetch(`${url}${path}`, init),
    async close() {
      stop()
      await router.app.server?.stop(true)
      await Promise.all([chat.die(), store.die()])
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const createRouter = async (
  options: LiveRouterOptions,
  directory: string,
): Promise<{ router: Router; stop: () => void }> => {
  const addresses = new Map<ServiceName, ServiceAddress>(
    (['chat', 'model-store'] as const).map((name) => [
      name,
      { type: 'unix', path: join(directory, `${name}.sock`) },
    ]),
  )
  const clientOf = (name: ServiceName) => createServiceClient(name, addresses.get(name)!)
  const log = createLog('router', 'silent')
  const readings = createServiceReadings(addresses)
  const manifests = createManifestFile(join(directory, 'routes.json'))
  const reader = createModelStoreReader(clientOf('model-store'))
  const models = new CatalogueWatch({ ...reader, clock, log })
  const router = createRouterApp({
    services: {
      services: [...addresses.keys()],
      fetchManifest: (name) => clientOf(name).call({ method: 'GET', path: INTERNAL_ROUTES.manifest }),
      readSaved: () => manifests.read(),
      save: (known) => manifests.write(known),
    },
    transport: createSocketTransport(addresses),
    ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
    models,
    keys: options.keys ?? createMemoryKeyRing(),
    keyUsage: await KeyUsageFile.open(join(directory, 'key-usage.json'), log),
    fetchMemory: reader.fetchMemory,
    usageFeed: options.usageFeed ?? { onUse: () => () => undefined },
    writeAudit: options.onAudit ?? (() => undefined),
    anthropicProxy: await openAnthropicProxyFile(join(directory, 'anthropic-proxy.json'), log),
    screen: options.screen ?? createNoScreenBrightness('This machine has no screen.'),
    documentation: { readDocuments: readings.readDocuments, readAsset: createSwaggerAssets() },
    metrics: { registry: new Registry(), readServiceMetrics: readings.readMetrics },
    node: {
      name: 'test-node',
      version: '0.0.1',
      platform: 'linux',
      port: () => router.app.server?.port ?? 0,
      uptimeSeconds: () => 1,
    },
    machine: openMachine(clock.now),
    readLicense: readLicenseFiles,
    instance: crypto.randomUUID(),
    settings: {
      allowedHosts: ['node.test'],
      machineHosts: () => [],
      requiresKey: false,
      queueLimit: 4,
      waitMs: 10_000,
      batchWaitMs: 30_000,
      modelTurnMs: 10_000,
      connectionLimit: 200,
      bodyBytesLimit: 64 * 1024 * 1024,
      requestsPerClient: 128,
      socketsPerClient: 32,
      limitsLocalClients: false,
      idleSeconds: IDLE_SECONDS,
      unreadMs: 600_000,
      ...options.settings,
    },
    clock,
    now: () => Date.now(),
    createId: () => crypto.randomUUID(),
    log,
  })
  return {
    router,
    stop() {
      router.directory.stop()
      models.stop()
    },
  }
}

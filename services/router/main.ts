/** The router as a process: reads its variables, opens its adapters, listens until it is told to stop. */
import { hostname } from 'node:os'
import { join } from 'node:path'
import { checkBinding } from '@shared/access/check-binding.ts'
import { machineAddresses } from '@shared/access/machine-addresses.ts'
import { readConfig } from '@shared/config/read-config.ts'
import { defaultServiceAddress, skeinHome } from '@shared/config/skein-home.ts'
import { INTERNAL_ROUTES } from '@shared/contracts/internal-routes.ts'
import type { ServiceAddress } from '@shared/contracts/service-address.ts'
import { createServiceClient } from '@shared/contracts/service-client.ts'
import type { ServiceClient } from '@shared/contracts/service-client.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { Fault } from '@shared/fault/fault.ts'
import { createLog } from '@shared/log/create-log.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Registry } from 'prom-client'
import { openAnthropicProxyFile } from './adapters/anthropic-proxy-file.ts'
import { createCurrentMachineNames } from './adapters/current-machine-names.ts'
import type { KeyRingFile } from './adapters/key-ring-file.ts'
import { readLicenseFiles } from './adapters/license-files.ts'
import { listenControl } from './adapters/listen-control.ts'
import { listenPublic } from './adapters/listen-public.ts'
import { createMacosScreenBrightness } from './adapters/macos-screen-brightness.ts'
import { createManifestFile } from './adapters/manifest-file.ts'
import { createModelStoreReader } from './adapters/model-store-reader.ts'
import { createNoScreenBrightness } from './adapters/no-screen-brightness.ts'
import { createOpenUsageStream } from './adapters/open-usage-stream.ts'
import { openKeys } from './adapters/open-keys.ts'
import { openMachine } from './adapters/open-machine.ts'
import { raiseRequestLimit } from './adapters/raise-request-limit.ts'
import { readServiceAddresses } from './adapters/service-addresses.ts'
import { createServiceReadings } from './adapters/service-readings.ts'
import { createSocketTransport } from './adapters/socket-transport.ts'
import { createSwaggerAssets } from './adapters/swagger-assets.ts'
import { createRouterApp } from './app.ts'
import type { Router, RouterSettings } from './app.ts'
import { openClusterSide } from './adapters/cluster/cluster-side.ts'
import type { ClusterSideOptions } from './adapters/cluster/cluster-side.ts'
import { readPlatform } from './adapters/cluster/read-platform.ts'
import { advertiseDoor } from './adapters/cluster/advertise-door.ts'
import { ClusterConfig, RouterConfig } from './config.ts'
import { createClusterKeyUsage } from './features/access/cluster-key-usage.ts'
import { readNodeMetrics } from './features/metrics/metrics-plugin.ts'
import { readPeerAddresses } from './policy/pairing/peer-address.ts'
import { CatalogueWatch } from './features/models/catalogue-watch.ts'
import type { ScreenBrightness } from './features/screen/screen-brightness.ts'
import type { NodeFacts } from './features/status/node-facts.ts'
import { UsageWatch } from './features/usage/usage-watch.ts'

/** A service that takes longer to tell its routes counts as down. */
const MANIFEST_TIMEOUT_MS = 5000
/** What all requests together may keep in memory while they wait. */
const BODY_BYTES_LIMIT = 512 * 1024 * 1024
/** Connections without a request are closed then: longer than clients keep them for their next one. */
const IDLE_SECONDS = 120

type NodeConfig = RouterConfig & ClusterConfig

const clock = {
  now: () => performance.now(),
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/** All that the router needs of the other services. */
const openServices = (
  addresses: ReadonlyMap<ServiceName, ServiceAddress>,
  config: RouterConfig,
  log: Log,
) => {
  const clients = new Map([...addresses].map(([name, address]) => [name, createServiceClient(name, address)]))
  const clientOf = (service: ServiceName): ServiceClient => {
    const client = clients.get(service)
    if (client === undefined) throw new Fault('internal', `No address of ${service} is known.`)
    return client
  }
  const manifests = createManifestFile(join(skeinHome(config.SKEIN_HOME), 'run', 'route-manifests.json'))
  const reader = createModelStoreReader(clientOf('model-store'))
  return {
    transport: createSocketTransport(addresses),
    readings: createServiceReadings(addresses),
    models: new CatalogueWatch({ ...reader, clock, log }),
    fetchMemory: reader.fetchMemory,
    usageFeed: new UsageWatch({
      services: [...addresses.keys()],
      open: createOpenUsageStream(addresses),
      clock,
      log,
    }),
    services: {
      services: [...addresses.keys()],
      fetchManifest: (service: ServiceName) =>
        clientOf(service).call<unknown>({
          method: 'GET',
          path: INTERNAL_ROUTES.manifest,
          signal: AbortSignal.timeout(MANIFEST_TIMEOUT_MS),
        }),
      readSaved: () => manifests.read(),
      save: (known: Readonly<Record<string, unknown>>) => manifests.write(known),
    },
  }
}

const openScreen = (): ScreenBrightness =>
  process.platform === 'darwin'
    ? createMacosScreenBrightness()
    : createNoScreenBrightness(`Skein cannot change the brightness of a screen on ${process.platform}.`)

/** The machine itself, and what lies on its disk beside the program. */
const openHost = () => ({
  screen: openScreen(),
  machine: openMachine(clock.now),
  readLicense: readLicenseFiles,
})

const settingsOf = (
  config: RouterConfig,
  connectionLimit: number,
  machineHosts: () => readonly string[],
): RouterSettings => ({
  machineHosts,
  allowedHosts: config.ROUTER_ALLOWED_HOSTS.split(',').flatMap((name) => name.trim() || []),
  requiresKey: config.ROUTER_REQUIRE_KEY,
  queueLimit: config.ROUTER_QUEUE_LIMIT,
  waitMs: config.ROUTER_QUEUE_WAIT_MS,
  batchWaitMs: config.ROUTER_BATCH_WAIT_MS,
  modelTurnMs: config.ROUTER_MODEL_TURN_MS,
  connectionLimit,
  bodyBytesLimit: BODY_BYTES_LIMIT,
  requestsPerClient: config.ROUTER_CLIENT_REQUESTS,
  socketsPerClient: config.ROUTER_CLIENT_SOCKETS,
  limitsLocalClients: config.ROUTER_LIMIT_LOCAL_CLIENTS,
  idleSeconds: IDLE_SECONDS,
  unreadMs: config.ROUTER_UNREAD_MS,
})

/** Names that clients use beyond this machine. @throws Fault where the node must not listen, saying what to type */
const machineHostsFor = (config: RouterConfig, keys: KeyRingFile): (() => readonly string[]) => {
  const reach = checkBinding({
    host: config.ROUTER_HOST,
    hasGoodKey: keys.hasGoodKey(),
    allowsPublic: config.ROUTER_ALLOW_PUBLIC,
    machineAddresses: machineAddresses(),
  })
  return reach === 'this-machine' ? () => [] : createCurrentMachineNames(() => clock.now())
}

const nodeFacts = (name: string, port: () => number): NodeFacts => ({
  name,
  version: SKEIN_VERSION,
  platform: process.platform,
  port,
  uptimeSeconds: () => Math.round(performance.now() / 1000),
})

const clusterSettings = (config: ClusterConfig, name: string): ClusterSideOptions['settings'] => ({
  name,
  platform: readPlatform(process.env['SKEIN_ACCELERATOR'] ?? ''),
  listenHost: config.CLUSTER_LISTEN_HOST,
  dataPort: config.CLUSTER_DATA_PORT,
  linkPort: config.CLUSTER_LINK_PORT,
  usesMulticast: config.CLUSTER_MULTICAST,
  peers: readPeerAddresses(config.CLUSTER_PEERS),
})

/** Everything of the router but its doors, which are not open yet. */
const openRouter = async (config: NodeConfig, connectionLimit: number, log: Log) => {
  const home = skeinHome(config.SKEIN_HOME)
  const name = config.CLUSTER_NODE_NAME || hostname()
  const addresses = readServiceAddresses(config.ROUTER_SERVICES, config.SKEIN_HOME)
  const { readings, ...opened } = openServices(addresses, config, log)
  const keys = await openKeys(home, name, log)
  const machineHosts = machineHostsFor(config, keys.ring)
  const metrics = { registry: new Registry(), readServiceMetrics: readings.readMetrics }
  const side = openClusterSide({
    ...opened,
    skeinHome: home,
    settings: clusterSettings(config, name),
    placement: config.CLUSTER_PLACEMENT,
    keys: keys.ring,
    keyUsage: keys.usage,
    readMetrics: () => readNodeMetrics(metrics),
    isDoorOpen: () => machineHosts().length > 0,
    router: () => router,
    clock,
    log,
  })
  const router: Router = createRouterApp({
    ...opened,
    ...openHost(),
    ...side,
    keys: keys.ring,
    keyUsage: createClusterKeyUsage(keys.usage, side.cluster.view),
    writeAudit: (entry) => keys.audit.write(entry),
    anthropicProxy: await openAnthropicProxyFile(join(home, 'anthropic-proxy.json'), log),
    documentation: { readDocuments: readings.readDocuments, readAsset: createSwaggerAssets() },
    metrics,
    node: nodeFacts(name, () => router.app.server?.port ?? config.ROUTER_PORT),
    instance: crypto.randomUUID(),
    settings: settingsOf(config, connectionLimit, machineHosts),
    clock,
    now: () => Date.now(),
    createId: () => crypto.randomUUID(),
    log,
  })
  await router.directory.restore()
  return { ...opened, keys, router, side, isForOthers: () => machineHosts().length > 0 }
}

const start = async (config: NodeConfig, connectionLimit: number): Promise<void> => {
  const log = createLog('router', config.SKEIN_LOG_LEVEL)
  const { isForOthers, keys, models, router, side, usageFeed } = await openRouter(
    config,
    connectionLimit,
    log,
  )
  const { ROUTER_HOST: host } = config
  let stopAdvertising = (): Promise<void> => Promise.resolve()
  const close = async (): Promise<void> => {
    // Before the cluster is left: requests of the owner may be with other nodes.
    await stopControl()
    await Promise.all([side.stop(), stopAdvertising()])
    router.directory.stop()
    models.stop()
    usageFeed.stop()
    router.flushLog()
    await keys.close()
  }
  // First the port: when that is taken, the socket may belong to the node that has it.
  listenPublic(
    router.app,
    { host, port: config.ROUTER_PORT },
    { log, close, idleSeconds: IDLE_SECONDS, onDrain: () => side.runtime.setDraining(true) },
  )
  const stopControl = listenControl(
    router.control,
    config.ROUTER_CONTROL_LISTEN || defaultServiceAddress(config.SKEIN_HOME, 'router'),
  )
  const port = router.app.server?.port ?? config.ROUTER_PORT
  log.info({ port, connectionLimit }, 'ready')
  void router.directory.start()
  void models.start()
  void usageFeed.start()
  await side.start()
  if (isForOthers() && config.CLUSTER_ADVERTISE)
    stopAdvertising = await advertiseDoor({ ...side, listenHost: host, port, log })
}

try {
  const connectionLimit = raiseRequestLimit(process.env)
  // Services and nodes are never behind a proxy; Bun's fetch has no other way to be told.
  process.env['NO_PROXY'] = '*'
  const read = { ...readConfig(RouterConfig, process.env), ...readConfig(ClusterConfig, process.env) }
  await start(read, connectionLimit)
} catch (error) {
  if (!(error instanceof Fault)) throw error
  // Not the log: this sentence is for the person who started the node.
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}

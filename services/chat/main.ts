/** The chat service as a process: reads its variables, opens its adapters, listens until it is told to stop. */
import { availableParallelism, homedir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '@shared/config/read-config.ts'
import { defaultServiceAddress, skeinHome } from '@shared/config/skein-home.ts'
import { parseServiceAddress } from '@shared/contracts/service-address.ts'
import { createServiceClient } from '@shared/contracts/service-client.ts'
import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { listenService } from '@shared/http/listen-service.ts'
import { createLog } from '@shared/log/create-log.ts'
import { openDatabase } from '@shared/storage/open-database.ts'
import { Registry } from 'prom-client'
import { createChatApp } from './app.ts'
import { ChatConfig } from './config.ts'
import { chooseDriver } from './engines/choose-driver.ts'
import { createExternalEngineDriver } from './engines/external/external-engine-driver.ts'
import { createLlamaRpc } from './engines/rpc-worker/llama-rpc.ts'
import { createRouterShardLender } from './engines/rpc-worker/router-shard-lender.ts'
import { EnginePool } from './features/engine-pool/engine-pool.ts'
import { startLeaseReporter } from './features/engine-pool/lease-reporter.ts'
import { RpcWorkerDesk } from './features/rpc-workers/rpc-worker-desk.ts'
import { createOpenShardedEngine } from './features/sharding/open-sharded-engine.ts'
import { createChatMetrics } from './features/metrics/chat-metrics.ts'
import { UsageOutbox } from './features/usage/usage-outbox.ts'
import { chooseThreads } from './policy/choose-threads.ts'
import { createConfiguredTools } from './server-tools/configured-tools.ts'
import { readToolsFile } from './server-tools/tools-file.ts'
import { createModelStoreDirectory } from './model-store/model-store-directory.ts'
import { createModelStoreExternals } from './model-store/model-store-externals.ts'
import { createModelStoreLeases } from './model-store/model-store-leases.ts'
import * as schema from './storage/schema.ts'
import { createSqliteResponseStore } from './storage/sqlite-response-store.ts'

const config = readConfig(ChatConfig, process.env)
const log = createLog('chat', config.SKEIN_LOG_LEVEL)
const instance = crypto.randomUUID()
const address = parseServiceAddress(config.CHAT_LISTEN || defaultServiceAddress(config.SKEIN_HOME, 'chat'))
const store = createServiceClient(
  'model-store',
  parseServiceAddress(
    config.CHAT_MODEL_STORE_ADDRESS || defaultServiceAddress(config.SKEIN_HOME, 'model-store'),
  ),
)
const metrics = new Registry()
const clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}
const observer = createChatMetrics(metrics, () => reporter.changed())
const usage = new UsageOutbox({ clock, onDropped: observer.onUsageDropped })
const directory = createModelStoreDirectory(store, () => pool.openModels)
const leases = createModelStoreLeases({ store, instance, address, log })
const accelerator = config.SKEIN_ACCELERATOR || (process.platform === 'darwin' ? 'auto' : 'cpu')
const rpc = createLlamaRpc({
  places: { configuredPath: config.CHAT_LLAMA_SERVER, skeinHome: skeinHome(config.SKEIN_HOME) },
  accelerator,
  threads: () => chooseThreads(config.CHAT_THREADS, availableParallelism(), pool.openModels.length),
  log,
})
const workers = new RpcWorkerDesk({
  servers: rpc.servers,
  leases,
  onChange: () => reporter.changed(),
  now: () => Date.now(),
  log,
})
const routerAddress = parseServiceAddress(
  config.CHAT_ROUTER_ADDRESS || defaultServiceAddress(config.SKEIN_HOME, 'router'),
)
const pool = new EnginePool({
  driver: await chooseDriver({
    engine: config.CHAT_ENGINE,
    llamaServerPath: config.CHAT_LLAMA_SERVER,
    skeinHome: skeinHome(config.SKEIN_HOME),
    accelerator,
    log,
  }),
  openSharded: createOpenShardedEngine({
    driver: rpc.driver,
    lender: createRouterShardLender(routerAddress, clock),
    log,
  }),
  externalDriver: createExternalEngineDriver(createModelStoreExternals(store, log)),
  directory,
  leases,
  clock,
  observer,
  settings: {
    contextTokens: config.CHAT_CONTEXT_TOKENS,
    slots: config.CHAT_SLOTS,
    threads: config.CHAT_THREADS,
    cores: availableParallelism(),
    keepAliveMs: config.CHAT_KEEP_ALIVE_MS,
    memoryWaitMs: config.CHAT_MEMORY_WAIT_MS,
  },
  log,
})
const reporter = startLeaseReporter({
  leases,
  reports: async () => [...(await pool.reports()), ...(await workers.reports())],
  clock,
  log,
})

const serverTools = createConfiguredTools(
  await readToolsFile(config.CHAT_TOOLS_FILE || join(skeinHome(config.SKEIN_HOME), 'tools.json')),
  { environment: { PATH: process.env['PATH'] ?? '', HOME: homedir() }, log },
)

const database = openDatabase({
  path: join(skeinHome(config.SKEIN_HOME), 'state', 'chat.sqlite'),
  schema,
  migrationsDirectory: join(import.meta.dir, 'storage', 'migrations'),
  programVersion: SKEIN_VERSION,
})

const app = createChatApp({
  pool,
  sharding: {
    driver: rpc.driver,
    wishes: { contextTokens: config.CHAT_CONTEXT_TOKENS, slots: config.CHAT_SLOTS },
    workers,
  },
  responses: { store: createSqliteResponseStore(database), keep: config.CHAT_RESPONSES_KEEP },
  clock,
  serverTools,
  directory,
  observer,
  usage,
  metrics,
  manifest: { instance, slotsPerModel: config.CHAT_SLOTS },
  now: () => Date.now(),
  elapsedMs: () => performance.now(),
  createId: () => crypto.randomUUID().replaceAll('-', ''),
  log,
})

listenService(app, {
  address,
  log,
  maxRequestBodyBytes: 128 * 1024 * 1024,
  onDrain() {
    // The reader of the feed is one of them.
    usage.drain(() => (app.server?.pendingRequests ?? 0) > 1)
    void workers.close()
  },
  async close() {
    reporter.stop()
    await Promise.all([pool.close(), workers.close(), serverTools.close()])
    database.close()
  },
})

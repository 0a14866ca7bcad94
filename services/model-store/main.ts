/** The model-store service as a process: reads its variables, opens its adapters, listens until it is told to stop. */
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { readConfig } from '@shared/config/read-config.ts'
import { defaultServiceAddress, skeinHome } from '@shared/config/skein-home.ts'
import { parseServiceAddress } from '@shared/contracts/service-address.ts'
import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { listenService } from '@shared/http/listen-service.ts'
import { collectProcessMetrics } from '@shared/http/process-metrics.ts'
import { createLog } from '@shared/log/create-log.ts'
import { openDatabase } from '@shared/storage/open-database.ts'
import { Registry } from 'prom-client'
import { createModelStoreApp } from './app.ts'
import { ModelStoreConfig } from './config.ts'
import { createLocalModelDisk } from './disk/local-model-disk.ts'
import { createSha256FileHasher } from './disk/sha256-file-hasher.ts'
import { createGgufInspector } from './gguf/gguf-inspector.ts'
import { createHttpLeaseHolders } from './holders/http-lease-holders.ts'
import { defaultMemoryBudget } from './machine/memory-budget.ts'
import { createFinders } from './scanners/create-finders.ts'
import { createHttpMachineProbe } from './machines/http-machine-probe.ts'
import { createExternalFiles } from './storage/external-files.ts'
import * as schema from './storage/schema.ts'
import { createSqliteLeaseRecords } from './storage/sqlite-lease-records.ts'
import { createSqliteModelRecords } from './storage/sqlite-model-records.ts'

const HASH_PAUSE_MS = 2
const LONGEST_START_MS = 10_000
const LARGEST_BODY_BYTES = 4 * 1024 * 1024

const config = readConfig(ModelStoreConfig, process.env)
const log = createLog('model-store', config.SKEIN_LOG_LEVEL)
const home = skeinHome(config.SKEIN_HOME)
const ownDirectory = join(home, 'models')
mkdirSync(ownDirectory, { recursive: true, mode: 0o700 })

const finders = createFinders({
  ownDirectory,
  furtherDirectories: config.MODEL_STORE_PATHS.split(':')
    .filter((path) => path.trim() !== '')
    .map((path) => resolve(path.trim())),
  caches: config.MODEL_STORE_SCAN_CACHES ? { ...process.env, home: homedir() } : undefined,
  log,
})
const database = openDatabase({
  path: join(home, 'state', 'model-store.sqlite'),
  schema,
  migrationsDirectory: join(import.meta.dir, 'storage', 'migrations'),
  programVersion: SKEIN_VERSION,
})
const metrics = new Registry()
collectProcessMetrics(metrics)

const instance = crypto.randomUUID()

const { app, start, stop, endWaits } = createModelStoreApp({
  finders,
  inspector: createGgufInspector(),
  hasher: config.MODEL_STORE_HASH_FILES ? createSha256FileHasher(HASH_PAUSE_MS) : undefined,
  disk: createLocalModelDisk({ ownDirectory, roots: finders.map(({ root }) => root) }),
  modelRecords: createSqliteModelRecords(database),
  leaseRecords: createSqliteLeaseRecords(database),
  externalRecords: createExternalFiles(join(home, 'externals'), log),
  machineProbe: createHttpMachineProbe(instance),
  holders: createHttpLeaseHolders(log),
  budgetBytes: config.MODEL_STORE_MEMORY_BYTES || defaultMemoryBudget(),
  scanEveryMs: config.MODEL_STORE_SCAN_EVERY_MS,
  instance,
  clock: {
    now: () => Date.now(),
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs)
      return () => clearTimeout(timer)
    },
  },
  createId: () => crypto.randomUUID(),
  metrics,
  log,
})
// Before it listens: a healthy model-store knows its models. A disk that hangs must not keep it from answering, though.
await Promise.race([start(), Bun.sleep(LONGEST_START_MS)])

listenService(app, {
  address: parseServiceAddress(
    config.MODEL_STORE_LISTEN || defaultServiceAddress(config.SKEIN_HOME, 'model-store'),
  ),
  log,
  maxRequestBodyBytes: LARGEST_BODY_BYTES,
  onDrain: endWaits,
  async close() {
    await stop()
    database.close()
  },
})

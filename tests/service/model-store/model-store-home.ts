import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createModelStoreApp } from '@service/model-store/app.ts'
import { createLocalModelDisk } from '@service/model-store/disk/local-model-disk.ts'
import { createSha256FileHasher } from '@service/model-store/disk/sha256-file-hasher.ts'
import type { LeaseHolders } from '@service/model-store/features/leases/lease-holders.ts'
import { createGgufInspector } from '@service/model-store/gguf/gguf-inspector.ts'
import { createFinders } from '@service/model-store/scanners/create-finders.ts'
import { createHttpMachineProbe } from '@service/model-store/machines/http-machine-probe.ts'
import { createExternalFiles } from '@service/model-store/storage/external-files.ts'
import * as schema from '@service/model-store/storage/schema.ts'
import { createSqliteLeaseRecords } from '@service/model-store/storage/sqlite-lease-records.ts'
import { createSqliteModelRecords } from '@service/model-store/storage/sqlite-model-records.ts'
import { createLog } from '@shared/log/create-log.ts'
import { openDatabase } from '@shared/storage/open-database.ts'
import { Registry } from 'prom-client'
import { callApp } from '../../support/call-app.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import type { ManualClock } from '../../support/manual-clock.ts'
import { TEST_MODEL_KINDS, writeTestModel } from '../../support/gguf/test-models.ts'
import type { TestModelKind } from '../../support/gguf/test-models.ts'
import { REPOSITORY } from '../../support/source-files.ts'

export const BUDGET_BYTES = 1000

/** The service in memory over real directories: all of it but the sockets. */
export interface ModelStoreHome {
  readonly base: string
  readonly clock: ManualClock
  /** Leases that holders were asked for. */
  readonly asked: string[]
  /** What holders say when they are asked. */
  isReleasing: boolean
  call(path: string, init?: Parameters<typeof callApp>[2]): Promise<Response>
  /** Puts a test model, or a text, below the base and returns its path; it is seen by the next scan. */
  put(path: string, content: TestModelKind | { readonly text: string }): Promise<string>
  scan(): Promise<void>
  close(): Promise<void>
}

/**
 * Directories: `models` is Skein's own, `further` another one, and `home` that of the user with the caches in it.
 * Time stands still: nothing happens in the background but what a request sets off.
 */
export const openModelStoreHome = async (
  options: { readonly isHashing?: boolean } = {},
): Promise<ModelStoreHome> => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'skein-model-store-')))
  const ownDirectory = join(base, 'models')
  for (const name of ['models', 'further', 'home', 'outside']) mkdirSync(join(base, name))
  const log = createLog('test', 'silent')
  const database = openDatabase({
    path: join(base, 'state', 'model-store.sqlite'),
    schema,
    migrationsDirectory: join(REPOSITORY, 'services/model-store/storage/migrations'),
    programVersion: '1',
  })
  const finders = createFinders({
    ownDirectory,
    furtherDirectories: [join(base, 'further')],
    caches: { home: join(base, 'home') },
    log,
  })
  const clock = createManualClock(Date.now())
  const state = { asked: [] as string[], isReleasing: true }
  const holders: LeaseHolders = {
    revoke(_holder, leaseId) {
      state.asked.push(leaseId)
      return Promise.resolve(home.isReleasing)
    },
  }
  let count = 0
  const { app, start, stop } = createModelStoreApp({
    finders,
    inspector: createGgufInspector(),
    hasher: options.isHashing === true ? createSha256FileHasher(0) : undefined,
    disk: createLocalModelDisk({ ownDirectory, roots: finders.map(({ root }) => root) }),
    modelRecords: createSqliteModelRecords(database),
    leaseRecords: createSqliteLeaseRecords(database),
    externalRecords: createExternalFiles(join(base, 'externals'), log),
    machineProbe: createHttpMachineProbe('test-instance'),
    holders,
    budgetBytes: BUDGET_BYTES,
    scanEveryMs: 30_000,
    instance: 'test-instance',
    clock,
    createId: () => `lease-${++count}`,
    metrics: new Registry(),
    log,
  })
  const home: ModelStoreHome = {
    base,
    clock,
    asked: state.asked,
    isReleasing: true,
    call: (path, init) => callApp(app, path, init),
    async put(path, content) {
      const full = join(base, path)
      mkdirSync(dirname(full), { recursive: true })
      if (typeof content === 'string') copyFileSync(await cachedTestModel(content), full)
      else writeFileSync(full, content.text)
      return full
    },
    async scan() {
      const response = await callApp(app, '/models/scan', { method: 'POST' })
      if (!response.ok) throw new Error(await response.text())
    },
    async close() {
      await stop()
      database.close()
      rmSync(base, { recursive: true, force: true })
    },
  }
  await start()
  return home
}

const written = new Map<TestModelKind, Promise<string>>()

/** Test models are written once a run; tests copy them. */
const cachedTestModel = (kind: TestModelKind): Promise<string> => {
  const known = written.get(kind)
  if (known !== undefined) return known
  if (!(kind in TEST_MODEL_KINDS)) throw new Error(`no test model '${kind}'`)
  const directory = mkdtempSync(join(tmpdir(), 'skein-test-models-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, `${kind}.gguf`)
  const writing = writeTestModel(kind, path).then(() => path)
  written.set(kind, writing)
  return writing
}

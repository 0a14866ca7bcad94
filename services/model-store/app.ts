import type { RouteEntry } from '@shared/contracts/route-manifest.ts'
import { ollamaFaultBody } from '@shared/dialects/ollama/ollama-faults.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { toolpiperFaultBody } from '@shared/dialects/toolpiper/toolpiper-faults.ts'
import { controlPlane } from '@shared/http/control-plane.ts'
import { openapiDocument, readOpenapiDocument } from '@shared/http/openapi-document.ts'
import { routeManifestOf } from '@shared/http/route-manifest-of.ts'
import { shallowJson } from '@shared/http/shallow-json.ts'
import { unknownRoute } from '@shared/http/unknown-route.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { Registry } from 'prom-client'
import { createBackgroundWork } from './features/background-work.ts'
import { cataloguePlugin } from './features/catalogue/catalogue-plugin.ts'
import { Catalogue } from './features/catalogue/catalogue.ts'
import type { FileHasher } from './features/catalogue/file-hasher.ts'
import type { ModelFinder } from './features/catalogue/found-model.ts'
import { HashModels } from './features/catalogue/hash-models.ts'
import type { ModelInspector } from './features/catalogue/model-inspector.ts'
import type { ModelRecords } from './features/catalogue/model-records.ts'
import { createScanModels } from './features/catalogue/scan-models.ts'
import { createWaitForCatalogue } from './features/catalogue/wait-for-catalogue.ts'
import { LeaseDesk } from './features/leases/lease-desk.ts'
import { externalAccessPlugin } from './features/externals/external-access-plugin.ts'
import { ExternalDesk } from './features/externals/external-desk.ts'
import type { ExternalRecords } from './features/externals/external-records.ts'
import { externalsPlugin } from './features/externals/externals-plugin.ts'
import type { MachineProbe } from './features/externals/machine-probe.ts'
import type { LeaseHolders } from './features/leases/lease-holders.ts'
import type { LeaseRecords } from './features/leases/lease-records.ts'
import { leasesPlugin } from './features/leases/leases-plugin.ts'
import {
  createModelStoreCounters,
  registerLoadedModels,
  registerModelStoreGauges,
} from './features/metrics/model-store-metrics.ts'
import { createDeleteModel } from './features/models/delete-model.ts'
import { createManageModels } from './features/models/manage-models.ts'
import type { ModelDisk } from './features/models/model-disk.ts'
import { ollamaModelsPlugin } from './features/models/ollama-models-plugin.ts'
import { openaiModelsPlugin } from './features/models/openai-models-plugin.ts'
import { toolpiperModelsPlugin } from './features/models/toolpiper-models-plugin.ts'
import type { StoreClock } from './features/store-clock.ts'

export interface ModelStorePorts {
  readonly finders: readonly ModelFinder[]
  readonly inspector: ModelInspector
  /** None: files are not hashed. */
  readonly hasher: FileHasher | undefined
  readonly disk: ModelDisk
  readonly modelRecords: ModelRecords
  readonly leaseRecords: LeaseRecords
  readonly externalRecords: ExternalRecords
  readonly machineProbe: MachineProbe
  readonly holders: LeaseHolders
  readonly budgetBytes: number
  readonly scanEveryMs: number
  readonly instance: string
  readonly clock: StoreClock
  readonly createId: () => string
  readonly metrics: Registry
  readonly log: Log
}

/** The models of this node and its memory. No I/O of its own: what it needs is in its ports. */
export const createModelStoreApp = (ports: ModelStorePorts) => {
  const parts = createParts(ports)
  const { catalogue, desk, externals, hashing, models, scan } = parts
  const { clock, inspector, instance, log } = ports
  const app = new Elysia({ name: 'service/model-store', normalize: false })
    .use(shallowJson())
    .use(unknownRoute(UNKNOWN_ROUTES))
    .use(
      openapiDocument({ title: 'Skein: model-store', description: 'The models of a node and its memory.' }),
    )
    .use(
      controlPlane({
        service: 'model-store',
        instance: ports.instance,
        // No route of this service waits for an engine.
        slotsPerModel: 1,
        metrics: ports.metrics,
        routes: (): readonly RouteEntry[] => routeManifestOf(app),
        openapi: (): Promise<unknown> => readOpenapiDocument(app),
      }),
    )
    .use(cataloguePlugin(catalogue, createWaitForCatalogue(catalogue, clock)))
    .use(leasesPlugin(desk))
    .use(externalAccessPlugin(externals))
    .use(externalsPlugin(externals, catalogue, log))
    .use(openaiModelsPlugin(catalogue, log))
    .use(ollamaModelsPlugin({ catalogue, desk, inspector, instance, log }))
    .use(toolpiperModelsPlugin(models, log))
  const work = createBackgroundWork({ ...ports, scan, expireLeases: () => desk.expire() })
  return {
    app,
    /** Resolves when the models that are there are known. */
    async start(): Promise<void> {
      externals.start()
      await work.start()
    },
    /** Ends requests that only wait, so that the process can end. */
    endWaits(): void {
      catalogue.wakeAll()
      desk.close()
    },
    async stop(): Promise<void> {
      await externals.stop()
      await work.stop()
      await hashing.close()
    },
  }
}

const UNKNOWN_ROUTES = [
  { prefix: '/api/', faultBody: ollamaFaultBody },
  { prefix: '/models', faultBody: toolpiperFaultBody },
  { prefix: '', faultBody: openaiFaultBody },
]

const createParts = (ports: ModelStorePorts) => {
  const { disk, hasher, log, metrics } = ports
  const counters = createModelStoreCounters(metrics)
  const catalogue = new Catalogue(ports.modelRecords)
  const desk = new LeaseDesk({ ...ports, records: ports.leaseRecords, onEviction: counters.onEviction })
  const hashing = new HashModels({ catalogue, hasher, onBytes: counters.onHashedBytes, log })
  const scanModels = createScanModels({ ...ports, catalogue })
  const scan = async () => {
    const result = await scanModels()
    hashing.wake()
    return result
  }
  const externals = new ExternalDesk({
    ...ports,
    catalogue,
    records: ports.externalRecords,
    probe: ports.machineProbe,
  })
  registerModelStoreGauges(metrics, catalogue, desk)
  registerLoadedModels(metrics, () => desk.held().map(({ lease }) => lease))
  const deleteModel = createDeleteModel({ catalogue, desk, disk, scan, log })
  const models = createManageModels({ catalogue, desk, disk, hashing, scan, deleteModel })
  return { catalogue, desk, externals, hashing, models, scan }
}

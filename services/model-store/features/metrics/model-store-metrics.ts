import { createBoundedLabel, MOST_MODEL_LABELS } from '@shared/http/bounded-label.ts'
import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { LeaseDesk } from '../leases/lease-desk.ts'

const PREFIX = 'skein_model_store_'

/** What is counted as it happens. */
export interface ModelStoreCounters {
  readonly onEviction: () => void
  readonly onHashedBytes: (byteCount: number) => void
}

export const createModelStoreCounters = (registry: Registry): ModelStoreCounters => {
  const counter = (name: string, help: string) =>
    new Counter({ name: PREFIX + name, help, registers: [registry] })
  const evictions = counter('evictions_total', 'Idle models whose memory was asked back for another.')
  const hashed = counter('hash_bytes_total', 'Bytes of model files that were hashed.')
  return {
    onEviction: () => evictions.inc(),
    onHashedBytes: (byteCount) => hashed.inc(byteCount),
  }
}

/** What is measured when somebody looks. */
export const registerModelStoreGauges = (registry: Registry, catalogue: Catalogue, desk: LeaseDesk): void => {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: PREFIX + name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  const sound = () => catalogue.models.filter(({ card }) => card.defect === undefined)
  gauge('models', 'Models that can be used.', () => sound().length)
  const local = () => catalogue.models.filter(({ remote }) => remote === undefined)
  gauge(
    'broken_models',
    'Model files with a defect.',
    () => local().filter(({ card }) => card.defect !== undefined).length,
  )
  gauge(
    'remote_models',
    'Models of other machines, also of such as do not answer.',
    () => catalogue.models.length - local().length,
  )
  gauge('model_bytes', 'Bytes of all model files.', () =>
    local().reduce((total, { card }) => total + card.sizeBytes, 0),
  )
  gauge('leases', 'Engines that hold memory.', () => desk.held().length)
  gauge('lease_bytes', 'Memory that engines hold.', () => desk.heldBytes)
  gauge('lease_budget_bytes', 'Memory that engines may hold together.', () => desk.budgetBytes)
  gauge('leases_waiting', 'Requests for memory that wait.', () => desk.waitingCount)
}

interface LoadedModel {
  readonly model: string
  readonly engine: string
  readonly grantedBytes: number
  readonly residentBytes: number
}

/** What is in memory now, model by model. */
export const registerLoadedModels = (registry: Registry, loaded: () => readonly LoadedModel[]): void => {
  const gauge = (name: string, help: string, bytesOf: (loaded: LoadedModel) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['model', 'engine'],
      registers: [registry],
      collect() {
        // A new one each time: models that are gone leave no series behind.
        const label = createBoundedLabel(MOST_MODEL_LABELS)
        this.reset()
        for (const one of loaded()) this.inc({ model: label(one.model), engine: one.engine }, bytesOf(one))
      },
    })
  gauge(
    'skein_model_granted_bytes',
    'Memory that a model may take, while it is loaded.',
    ({ grantedBytes }) => grantedBytes,
  )
  gauge(
    'skein_model_resident_bytes',
    'Memory that a loaded model takes, measured.',
    ({ residentBytes }) => residentBytes,
  )
}

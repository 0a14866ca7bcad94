import type { ServiceName } from '@shared/contracts/service-name.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { ServiceMetrics } from '../metrics/merge-metrics.ts'
import { isInMemory } from '../models/node-models.ts'
import type { ModelState, NodeModels } from '../models/node-models.ts'
import type { ServiceState } from '../routing/service-directory.ts'
import { createCpuSampler } from './cpu-sampler.ts'
import type { GpuFigures, MachineReadings, MemoryFigures, NeuralEngineFigures } from './machine-readings.ts'
import { createRecentReading } from './recent-reading.ts'
import { residentBytesIn } from './process-memory.ts'

/** How old a figure may be: many clients that look are one reading. */
const KEPT_MS = 1000

export interface ResourcePorts {
  readonly machine: MachineReadings
  readonly models: Pick<NodeModels, 'states'>
  readonly states: () => readonly ServiceState[]
  /** Metrics of this router itself, and of the services that answer. */
  readonly readOwnMetrics: () => Promise<string>
  readonly readServiceMetrics: () => Promise<readonly ServiceMetrics[]>
  readonly clock: RouterClock
}

export interface LoadedModel {
  readonly id: string
  readonly state: string
  /** Null until its engine is known. */
  readonly engine: string | null
  readonly memoryBytes: number
}

/** Processors, memory, GPUs, and who holds how much of them, in ToolPiper's words. */
export interface NodeResources {
  readonly cpu: { readonly percent: number; readonly cores: number }
  readonly memory: MemoryFigures
  /** The first of `gpus`. */
  readonly gpu: GpuFigures | null
  readonly gpus: readonly GpuFigures[]
  readonly ane: Pick<NeuralEngineFigures, 'available' | 'percent'>
  /** In memory now. */
  readonly models: readonly LoadedModel[]
  /** Processes of the node without those of the engines; null: does not tell. */
  readonly services: readonly {
    readonly name: ServiceName
    readonly state: ServiceState['state']
    readonly memoryBytes: number | null
  }[]
  /** Why a figure above is null. */
  readonly reasons: { readonly gpu?: string; readonly ane?: string; readonly models?: string }
}

/** Reads everything at the same time; nothing more often than once a second, however many ask. */
export const createReadResources = (ports: ResourcePorts): (() => Promise<NodeResources>) => {
  const { clock, machine } = ports
  const recent = <Reading>(read: () => Promise<Reading>): (() => Promise<Reading>) =>
    createRecentReading(read, KEPT_MS, () => clock.now())
  const cpu = createCpuSampler(() => machine.cpu(), clock)
  const cores = recent(() => machine.cores())
  const memory = recent(() => machine.memory())
  const gpus = recent(() => machine.gpus())
  const processes = recent(() => processBytes(ports))
  return async () => {
    const [percent, coreCount, memoryFigures, gpuReading, bytes, loaded] = await Promise.all([
      cpu(),
      cores(),
      memory(),
      gpus(),
      processes(),
      loadedModels(ports.models),
    ])
    const { available, percent: anePercent, reason: aneReason } = machine.neuralEngine
    return {
      cpu: { percent, cores: coreCount },
      memory: memoryFigures,
      gpu: gpuReading.gpus[0] ?? null,
      gpus: gpuReading.gpus,
      ane: { available, percent: anePercent },
      models: loaded ?? [],
      services: serviceFigures(ports.states(), bytes),
      reasons: {
        ...(gpuReading.reason === null ? {} : { gpu: gpuReading.reason }),
        ...(anePercent === null ? { ane: aneReason } : {}),
        ...(loaded === undefined ? { models: 'The model-store service of this node does not answer.' } : {}),
      },
    }
  }
}

/** Undefined when model-store cannot be asked. */
export const loadedModels = async (
  models: Pick<NodeModels, 'states'>,
): Promise<readonly LoadedModel[] | undefined> => {
  const states = await models.states().catch((): readonly ModelState[] | undefined => undefined)
  return states
    ?.filter(isInMemory)
    .map(({ id, state, engine, memoryBytes }) => ({ id, state, engine, memoryBytes }))
}

const processBytes = async (ports: ResourcePorts): Promise<ReadonlyMap<string, number | null>> => {
  const [own, services] = await Promise.all([ports.readOwnMetrics(), ports.readServiceMetrics()])
  return new Map([
    ['router', residentBytesIn(own)],
    ...services.map(({ service, text }) => [service, residentBytesIn(text)] as const),
  ])
}

const serviceFigures = (
  states: readonly ServiceState[],
  bytes: ReadonlyMap<string, number | null>,
): NodeResources['services'] => [
  { name: 'router', state: 'up', memoryBytes: bytes.get('router') ?? null },
  ...states.map(({ name, state }) => ({ name, state, memoryBytes: bytes.get(name) ?? null })),
]

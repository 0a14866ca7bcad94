/** An engine that holds a model in memory. */
export interface LocalaiLoadedModel {
  readonly id: string
  readonly engine: string | null
}

/** `GET /system` of LocalAI. */
export const encodeLocalaiSystem = (loaded: readonly LocalaiLoadedModel[]) => ({
  backends: [...new Set(loaded.flatMap(({ engine }) => engine ?? []))].toSorted(),
  loaded_models: loaded.map(({ id, engine }) => ({ id, ...(engine === null ? {} : { backend: engine }) })),
})

interface Amount {
  readonly totalBytes: number
  readonly usedBytes: number
}

export interface LocalaiMachine {
  readonly memory: Amount & { readonly availableBytes: number }
  readonly gpus: readonly {
    readonly name: string
    readonly vendor: string
    readonly percent: number | null
    readonly memoryUsedBytes: number | null
    readonly memoryTotalBytes: number | null
  }[]
  /** Of all model files. */
  readonly storageBytes: number
}

/**
 * `GET /api/resources` of LocalAI: the memory of the GPUs, or where there is none that of the machine. Numbers of a GPU
 * that does not tell are 0, as there. Idle models always make room for others here, hence `reclaimer_enabled`.
 */
export const encodeLocalaiResources = ({ memory, gpus, storageBytes }: LocalaiMachine) => {
  const amounts = gpus.map(({ memoryTotalBytes, memoryUsedBytes }) => ({
    totalBytes: memoryTotalBytes ?? 0,
    usedBytes: memoryUsedBytes ?? 0,
  }))
  const aggregate = amounts.length === 0 ? memory : amounts.reduce(sumOf)
  const { totalBytes, usedBytes, availableBytes } = memory
  return {
    type: gpus.length === 0 ? 'ram' : 'gpu',
    available: true,
    gpus: gpus.map(({ name, vendor, percent }, index) => ({
      index,
      name,
      vendor,
      ...inVram(amounts[index] ?? { totalBytes: 0, usedBytes: 0 }),
      ...(percent === null ? {} : { utilization_percent: percent }),
    })),
    ram: {
      total: totalBytes,
      used: usedBytes,
      free: availableBytes,
      available: availableBytes,
      usage_percent: percentOf(memory),
    },
    aggregate: {
      total_memory: aggregate.totalBytes,
      used_memory: aggregate.usedBytes,
      free_memory: freeOf(aggregate),
      usage_percent: percentOf(aggregate),
      gpu_count: gpus.length,
    },
    storage_size: storageBytes,
    reclaimer_enabled: true,
  }
}

const sumOf = (left: Amount, right: Amount): Amount => ({
  totalBytes: left.totalBytes + right.totalBytes,
  usedBytes: left.usedBytes + right.usedBytes,
})

const inVram = (amount: Amount) => ({
  total_vram: amount.totalBytes,
  used_vram: amount.usedBytes,
  free_vram: freeOf(amount),
  usage_percent: percentOf(amount),
})

const freeOf = ({ totalBytes, usedBytes }: Amount): number => Math.max(0, totalBytes - usedBytes)

const percentOf = ({ totalBytes, usedBytes }: Amount): number =>
  totalBytes > 0 ? (100 * usedBytes) / totalBytes : 0

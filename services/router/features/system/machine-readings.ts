/** Running totals of the processors' time since some moment: two of them make a percentage. */
export interface CpuTotals {
  /** Time at work, in any unit. */
  readonly busy: number
  /** All time there was, of all cores that may be used, in the same unit. */
  readonly available: number
}

/** `available + used` is `total`, except for rounding. Within a container its own limit counts as the total. */
export interface MemoryFigures {
  readonly totalBytes: number
  readonly usedBytes: number
  /** What could be taken without pushing anything out: free, or a cache that can go. */
  readonly availableBytes: number
  readonly pressure: MemoryPressure
}

export type MemoryPressure = 'normal' | 'warning' | 'critical'

/** Null: this GPU does not tell. */
export interface GpuFigures {
  readonly name: string
  readonly vendor: 'nvidia' | 'apple'
  readonly percent: number | null
  readonly memoryUsedBytes: number | null
  /** Of a GPU without memory of its own: the memory of the machine. */
  readonly memoryTotalBytes: number | null
}

export interface GpuReading {
  readonly gpus: readonly GpuFigures[]
  /** Why there are none, for the caller; null when there are. */
  readonly reason: string | null
}

/** Apple's neural engine. */
export interface NeuralEngineFigures {
  readonly available: boolean
  readonly percent: number | null
  /** Why there is no percentage. */
  readonly reason: string
}

/** What this machine tells about itself. Reading takes milliseconds, or a program is run: callers keep the answer. */
export interface MachineReadings {
  /** How many cores may be used; a share of one counts as such where a container is limited to it. */
  cores(): Promise<number>
  cpu(): Promise<CpuTotals>
  memory(): Promise<MemoryFigures>
  /** Never takes longer than two seconds, and never rejects: what goes wrong is the reason. */
  gpus(): Promise<GpuReading>
  readonly neuralEngine: NeuralEngineFigures
}

import { totalmem } from 'node:os'
import type { GpuReading, MachineReadings, MemoryFigures } from '../features/system/machine-readings.ts'
import { parseAccelerator, parsePageCounts, parsePressureLevel, usedBytesOf } from './macos-figures.ts'
import type { RunProgram } from './run-program.ts'

export interface MacosSources {
  readonly run: RunProgram
  /** What the runtime tells, processors among it. */
  readonly otherwise: MachineReadings
  readonly isAppleSilicon: boolean
  readonly totalBytes?: number
}

/** macOS, by programs that need no rights: `vm_stat`, `sysctl`, `ioreg`. Not yet run on a Mac. */
export const createMacosMachine = (sources: MacosSources): MachineReadings => ({
  ...sources.otherwise,
  memory: () => readMemory(sources),
  gpus: () => readAccelerator(sources),
  neuralEngine: sources.isAppleSilicon
    ? { available: true, percent: null, reason: 'macOS tells its use only to root (powermetrics).' }
    : sources.otherwise.neuralEngine,
})

const readMemory = async ({
  run,
  otherwise,
  totalBytes = totalmem(),
}: MacosSources): Promise<MemoryFigures> => {
  const [listing, level] = await Promise.all([
    run('vm_stat'),
    run('sysctl', '-n', 'kern.memorystatus_vm_pressure_level'),
  ])
  const pages = parsePageCounts(listing ?? '')
  if (pages === undefined) return otherwise.memory()
  const usedBytes = Math.min(totalBytes, usedBytesOf(pages))
  return {
    totalBytes,
    usedBytes,
    availableBytes: totalBytes - usedBytes,
    pressure: parsePressureLevel(level) ?? 'normal',
  }
}

const readAccelerator = async ({ run, totalBytes = totalmem() }: MacosSources): Promise<GpuReading> => {
  const listing = await run('ioreg', '-r', '-d', '1', '-w', '0', '-c', 'IOAccelerator')
  const gpu = parseAccelerator(listing ?? '', totalBytes)
  return gpu === undefined
    ? { gpus: [], reason: 'ioreg names no GPU of this Mac.' }
    : { gpus: [gpu], reason: null }
}

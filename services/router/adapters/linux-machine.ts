import type { CpuTotals, MachineReadings, MemoryFigures } from '../features/system/machine-readings.ts'
import { memoryPressure } from '../policy/memory-pressure.ts'
import { parseMemoryLine, parseProcessorTotals, parseStalledPercent } from './linux-figures.ts'
import { readGroupMemory, readGroupProcessors } from './linux-groups.ts'
import type { ReadText } from './linux-groups.ts'

export interface LinuxSources {
  readonly readText: ReadText
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number
  /** What is asked where `/proc` does not tell. */
  readonly otherwise: MachineReadings
}

/** Linux, by `/proc` and the control groups: no program is run but that of a GPU. */
export const createLinuxMachine = (sources: LinuxSources): MachineReadings => ({
  ...sources.otherwise,
  async cores() {
    const cores = await sources.otherwise.cores()
    return Math.min(cores, (await readGroupProcessors(sources.readText))?.cores ?? cores)
  },
  cpu: () => readTotals(sources),
  memory: () => readMemory(sources),
})

/** Of the container where it is limited, else of the machine. */
const readTotals = async ({ now, otherwise, readText }: LinuxSources): Promise<CpuTotals> => {
  const group = await readGroupProcessors(readText)
  if (group !== undefined && group.cores < (await otherwise.cores())) {
    return { busy: group.busyMicroseconds, available: now() * 1000 * group.cores }
  }
  return parseProcessorTotals((await readText('/proc/stat')) ?? '') ?? (await otherwise.cpu())
}

const readMemory = async ({ otherwise, readText }: LinuxSources): Promise<MemoryFigures> => {
  const info = (await readText('/proc/meminfo')) ?? ''
  const machineBytes = parseMemoryLine(info, 'MemTotal')
  const freeBytes = parseMemoryLine(info, 'MemAvailable')
  if (machineBytes === undefined || freeBytes === undefined) return otherwise.memory()
  const group = await readGroupMemory(readText, machineBytes)
  const totalBytes = group?.limitBytes ?? machineBytes
  const availableBytes =
    group === undefined ? freeBytes : Math.min(freeBytes, Math.max(0, group.limitBytes - group.usedBytes))
  const stalls = await readText('/proc/pressure/memory')
  return {
    totalBytes,
    usedBytes: totalBytes - availableBytes,
    availableBytes,
    pressure: memoryPressure({
      totalBytes,
      availableBytes,
      someStalledPercent: parseStalledPercent(stalls, 'some'),
      allStalledPercent: parseStalledPercent(stalls, 'full'),
    }),
  }
}

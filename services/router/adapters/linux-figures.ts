import type { CpuTotals } from '../features/system/machine-readings.ts'

/** The line of all processors in `/proc/stat`: ticks at work and waiting, as the kernel counts them. */
const ALL_PROCESSORS = /^cpu +(.+)$/m
/** Position of each kind of time in that line; guests' time is in that of `user` already. */
const IDLE = 3
const WAITING_FOR_DISKS = 4
const STOLEN = 7

/** Undefined when the text is not that of `/proc/stat`. */
export const parseProcessorTotals = (stat: string): CpuTotals | undefined => {
  const ticks = ALL_PROCESSORS.exec(stat)?.[1]
    ?.split(' ')
    .slice(0, STOLEN + 1)
    .map(Number)
  if (ticks === undefined || ticks.length <= WAITING_FOR_DISKS || ticks.some(Number.isNaN)) return undefined
  const available = ticks.reduce((total, kind) => total + kind, 0)
  return { busy: available - (ticks[IDLE] ?? 0) - (ticks[WAITING_FOR_DISKS] ?? 0), available }
}

/** One line of `/proc/meminfo`, in bytes. */
export const parseMemoryLine = (memoryInfo: string, name: string): number | undefined => {
  const kibibytes = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(memoryInfo)?.[1]
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
}

/** `avg10` of one line of `/proc/pressure/memory`: percent of the last ten seconds; 0 on kernels without it. */
export const parseStalledPercent = (pressure: string | undefined, line: 'some' | 'full'): number =>
  Number(new RegExp(`^${line} avg10=([\\d.]+)`, 'm').exec(pressure ?? '')?.[1] ?? 0)

/** One line `name number` of a `memory.stat` or `cpu.stat`. */
export const parseStatLine = (text: string | undefined, name: string): number | undefined => {
  const value = new RegExp(`^${name} (\\d+)$`, 'm').exec(text ?? '')?.[1]
  return value === undefined ? undefined : Number(value)
}

/** The text of a file that holds one number; undefined for `max`, for none and for nonsense. */
export const parseWholeNumber = (text: string | undefined): number | undefined =>
  /^\d+$/.test(text?.trim() ?? '') ? Number(text) : undefined

import type { GpuFigures, MemoryPressure } from '../features/system/machine-readings.ts'

/** What `vm_stat` prints, as far as it says how much memory is taken. */
export interface PageCounts {
  readonly pageBytes: number
  /** Of programs, as opposed to those of files. */
  readonly anonymous: number
  /** Of those, what may be thrown away. */
  readonly purgeable: number
  readonly wired: number
  /** What the compressor itself takes. */
  readonly compressed: number
}

/** Undefined when a line is missing. */
export const parsePageCounts = (listing: string): PageCounts | undefined => {
  const pageBytes = /page size of (\d+) bytes/.exec(listing)?.[1]
  const count = (name: string): number =>
    Number(new RegExp(`^"?${name}"?: +(\\d+)\\.$`, 'm').exec(listing)?.[1])
  const counts = {
    pageBytes: Number(pageBytes),
    anonymous: count('Anonymous pages'),
    purgeable: count('Pages purgeable'),
    wired: count('Pages wired down'),
    compressed: count('Pages occupied by compressor'),
  }
  return Object.values(counts).some(Number.isNaN) ? undefined : counts
}

/** What Activity Monitor calls used: memory of programs, of the system, and of the compressor. */
export const usedBytesOf = ({ pageBytes, anonymous, purgeable, wired, compressed }: PageCounts): number =>
  pageBytes * (Math.max(0, anonymous - purgeable) + wired + compressed)

/** `sysctl -n kern.memorystatus_vm_pressure_level`. */
const PRESSURE_LEVEL: Readonly<Record<string, MemoryPressure>> = {
  '1': 'normal',
  '2': 'warning',
  '4': 'critical',
}

export const parsePressureLevel = (text: string | undefined): MemoryPressure | undefined =>
  PRESSURE_LEVEL[text?.trim() ?? '']

/**
 * The first GPU of `ioreg -r -d 1 -w 0 -c IOAccelerator`. Those of Apple share the memory of the machine.
 * @returns undefined when the listing has none
 */
export const parseAccelerator = (listing: string, machineBytes: number): GpuFigures | undefined => {
  const statistics = /"PerformanceStatistics" = \{(.*)\}/.exec(listing)?.[1]
  if (statistics === undefined) return undefined
  const figure = (name: string): number | null => {
    const value = new RegExp(`"${name}"=(\\d+)`).exec(statistics)?.[1]
    return value === undefined ? null : Number(value)
  }
  const percent = figure('Device Utilization %')
  return {
    name: /"model" = "([^"]+)"/.exec(listing)?.[1] ?? 'GPU of this Mac',
    vendor: 'apple',
    percent: percent === null ? null : Math.min(100, percent),
    memoryUsedBytes: figure('In use system memory'),
    memoryTotalBytes: machineBytes,
  }
}

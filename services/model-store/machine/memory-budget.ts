import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { controlGroupsOf } from '@shared/process/control-groups.ts'

/** What is left for models when everything else on the machine has its share. */
const SHARE_FOR_MODELS = 0.8

export interface MemorySources {
  /** Of the machine, in bytes. */
  readonly totalBytes: number
  /** Text of a small file, or undefined when there is none. */
  readonly readText: (path: string) => string | undefined
}

/** Bytes that models may take together: 80 % of the machine's memory, or of the container's limit when that is less. */
export const defaultMemoryBudget = (sources: MemorySources = machineSources): number =>
  Math.floor(Math.min(sources.totalBytes, ...controlGroupLimits(sources.readText)) * SHARE_FOR_MODELS)

/** Limits of all control groups (both versions) that this process is in; the smallest one counts. */
const controlGroupLimits = (readText: MemorySources['readText']): readonly number[] =>
  controlGroupsOf(readText('/proc/self/cgroup'), 'memory').flatMap(({ version, directory }) => {
    const file = version === 2 ? 'memory.max' : 'memory.limit_in_bytes'
    const limit = Number(readText(join(directory, file)) ?? Number.NaN)
    // `max` is no limit; version 1 writes a number near 2^63 for that, which the machine's memory is below.
    return Number.isFinite(limit) && limit > 0 ? [limit] : []
  })

const machineSources: MemorySources = {
  totalBytes: totalmem(),
  readText(path) {
    try {
      return readFileSync(path, 'utf8').trim()
    } catch {
      return undefined
    }
  },
}

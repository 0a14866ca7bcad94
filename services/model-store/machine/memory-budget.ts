import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { dirname, join } from 'node:path'

/** What is left for models when everything else on the machine has its share. */
const SHARE_FOR_MODELS = 0.8
/** Control groups nest a few levels; this only ends the walk upwards. */
const MOST_LEVELS = 32

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
  (readText('/proc/self/cgroup') ?? '0::/').split('\n').flatMap((line) => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (controllers === '') return limitsUpwards('/sys/fs/cgroup', path, 'memory.max', readText)
    return controllers.split(',').includes('memory')
      ? limitsUpwards('/sys/fs/cgroup/memory', path, 'memory.limit_in_bytes', readText)
      : []
  })

const limitsUpwards = (
  mount: string,
  path: string,
  file: string,
  readText: MemorySources['readText'],
): readonly number[] => {
  const limits: number[] = []
  let directory = path === '' ? '/' : path
  for (let level = 0; level < MOST_LEVELS; level++) {
    const limit = Number(readText(join(mount, directory, file)) ?? Number.NaN)
    // `max` is no limit; version 1 writes a number near 2^63 for that, which the machine's memory is below.
    if (Number.isFinite(limit) && limit > 0) limits.push(limit)
    if (directory === '/') break
    directory = dirname(directory)
  }
  return limits
}

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

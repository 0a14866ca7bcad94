import { join } from 'node:path'
import { controlGroupsOf } from '@shared/process/control-groups.ts'
import type { ControlGroup } from '@shared/process/control-groups.ts'
import { parseStatLine, parseWholeNumber } from './linux-figures.ts'

/** Text of a small file, or undefined when there is none. */
export type ReadText = (path: string) => Promise<string | undefined>

/** The tightest limit on the memory of this process, and how much of it is taken without what a cache could give up. */
export interface GroupMemory {
  readonly limitBytes: number
  readonly usedBytes: number
}

/** Undefined where nothing limits it below `belowBytes`. */
export const readGroupMemory = async (
  readText: ReadText,
  belowBytes: number,
): Promise<GroupMemory | undefined> => {
  const groups = controlGroupsOf(await readText('/proc/self/cgroup'), 'memory')
  const limited = await Promise.all(groups.map((group) => memoryOf(group, readText)))
  return limited
    .filter((memory) => memory !== undefined)
    .filter(({ limitBytes }) => limitBytes > 0 && limitBytes < belowBytes)
    .toSorted((left, right) => left.limitBytes - right.limitBytes)[0]
}

const memoryOf = async (
  { directory, version }: ControlGroup,
  readText: ReadText,
): Promise<GroupMemory | undefined> => {
  const [limitFile, usedFile, cacheLine] =
    version === 2
      ? (['memory.max', 'memory.current', 'inactive_file'] as const)
      : (['memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file'] as const)
  const limitBytes = parseWholeNumber(await readText(join(directory, limitFile)))
  const taken = parseWholeNumber(await readText(join(directory, usedFile)))
  if (limitBytes === undefined || taken === undefined) return undefined
  const cache = parseStatLine(await readText(join(directory, 'memory.stat')), cacheLine) ?? 0
  return { limitBytes, usedBytes: Math.max(0, taken - cache) }
}

/** How many cores a group may keep busy, and the time that it has taken so far in microseconds. */
export interface GroupProcessors {
  readonly cores: number
  readonly busyMicroseconds: number
}

/** The tightest limit on the processors of this process; undefined where there is none. */
export const readGroupProcessors = async (readText: ReadText): Promise<GroupProcessors | undefined> => {
  const membership = await readText('/proc/self/cgroup')
  const accounts = controlGroupsOf(membership, 'cpuacct')
  const groups = controlGroupsOf(membership, 'cpu').map((group, level) => ({
    ...group,
    // Version 1 counts in a tree of its own, of the same shape.
    account: accounts[level]?.directory ?? group.directory,
  }))
  const limited = await Promise.all(groups.map((group) => processorsOf(group, readText)))
  return limited
    .filter((processors) => processors !== undefined)
    .toSorted((left, right) => left.cores - right.cores)[0]
}

const processorsOf = async (
  group: ControlGroup & { readonly account: string },
  readText: ReadText,
): Promise<GroupProcessors | undefined> => {
  const limit = group.version === 2 ? await limitOf(group, readText) : await oldLimitOf(group, readText)
  const busy =
    group.version === 2
      ? parseStatLine(await readText(join(group.directory, 'cpu.stat')), 'usage_usec')
      : nanoseconds(await readText(join(group.account, 'cpuacct.usage')))
  return limit === undefined || busy === undefined ? undefined : { cores: limit, busyMicroseconds: busy }
}

/** `50000 100000`: half a core; `max 100000`: no limit. */
const limitOf = async ({ directory }: ControlGroup, readText: ReadText): Promise<number | undefined> => {
  const [, quota, period] =
    /^(\d+) (\d+)$/.exec((await readText(join(directory, 'cpu.max')))?.trim() ?? '') ?? []
  return quota === undefined || Number(period) === 0 ? undefined : Number(quota) / Number(period)
}

/** A quota of -1 is no limit. */
const oldLimitOf = async ({ directory }: ControlGroup, readText: ReadText): Promise<number | undefined> => {
  const quota = parseWholeNumber(await readText(join(directory, 'cpu.cfs_quota_us')))
  const period = parseWholeNumber(await readText(join(directory, 'cpu.cfs_period_us')))
  return quota === undefined || period === undefined || period === 0 ? undefined : quota / period
}

const nanoseconds = (text: string | undefined): number | undefined => {
  const count = parseWholeNumber(text)
  return count === undefined ? undefined : count / 1000
}

import { dirname, join } from 'node:path'

/** A control group of Linux, which may limit what its processes take. */
export interface ControlGroup {
  /** The two versions name their files differently. */
  readonly version: 1 | 2
  /** Where its files are; there may be none of them. */
  readonly directory: string
}

/** Control groups nest a few levels; this only ends the walk upwards. */
const MOST_LEVELS = 32

/**
 * The groups that a process is in as far as one controller goes, innermost first: the limits of all of them hold.
 * @param membership text of `/proc/self/cgroup`; undefined where it cannot be read
 */
export const controlGroupsOf = (
  membership: string | undefined,
  controller: 'cpu' | 'cpuacct' | 'memory',
): readonly ControlGroup[] =>
  (membership ?? '0::/')
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [, controllers = '', path = ''] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
      if (controllers === '') return upwards({ version: 2, mount: '/sys/fs/cgroup', path })
      return controllers.split(',').includes(controller)
        ? upwards({ version: 1, mount: join('/sys/fs/cgroup', controller), path })
        : []
    })

const upwards = (group: {
  readonly version: ControlGroup['version']
  readonly mount: string
  readonly path: string
}): readonly ControlGroup[] => {
  const { version, mount, path } = group
  const groups: ControlGroup[] = []
  let inner = path === '' ? '/' : path
  for (let level = 0; level < MOST_LEVELS; level++) {
    groups.push({ version, directory: inner === '/' ? mount : join(mount, inner) })
    if (inner === '/') break
    inner = dirname(inner)
  }
  return groups
}

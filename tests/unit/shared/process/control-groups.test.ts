import { expect, test } from 'bun:test'
import { controlGroupsOf } from '@shared/process/control-groups.ts'

test('the groups of version 2 are those of the path and all above it, innermost first', () => {
  expect(controlGroupsOf('0::/system.slice/skein.service', 'memory')).toEqual([
    { version: 2, directory: '/sys/fs/cgroup/system.slice/skein.service' },
    { version: 2, directory: '/sys/fs/cgroup/system.slice' },
    { version: 2, directory: '/sys/fs/cgroup' },
  ])
})

test('in version 1 each controller has a tree of its own', () => {
  const membership = '5:cpu,cpuacct:/x\n4:memory:/docker/abc\n1:name=systemd:/'
  expect(controlGroupsOf(membership, 'cpu')).toEqual([
    { version: 1, directory: '/sys/fs/cgroup/cpu/x' },
    { version: 1, directory: '/sys/fs/cgroup/cpu' },
  ])
  expect(controlGroupsOf(membership, 'memory')[0]).toEqual({
    version: 1,
    directory: '/sys/fs/cgroup/memory/docker/abc',
  })
})

test('a process whose groups are not told is taken to be in the outermost one', () => {
  expect(controlGroupsOf(undefined, 'cpu')).toEqual([{ version: 2, directory: '/sys/fs/cgroup' }])
})

test('a path that nests without end is walked for a while only', () => {
  expect(controlGroupsOf(`0::${'/deep'.repeat(10_000)}`, 'cpu')).toHaveLength(32)
})

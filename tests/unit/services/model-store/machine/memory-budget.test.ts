import { expect, test } from 'bun:test'
import { defaultMemoryBudget } from '@service/model-store/machine/memory-budget.ts'

const budgetOf = (totalBytes: number, files: Readonly<Record<string, string>> = {}): number =>
  defaultMemoryBudget({ totalBytes, readText: (path) => files[path] })

test('without control groups it is 80 % of the machine', () => {
  expect(budgetOf(1000)).toBe(800)
})

test('a limit of the container counts when it is smaller', () => {
  expect(budgetOf(1000, { '/proc/self/cgroup': '0::/', '/sys/fs/cgroup/memory.max': '500' })).toBe(400)
  expect(budgetOf(1000, { '/proc/self/cgroup': '0::/', '/sys/fs/cgroup/memory.max': '5000' })).toBe(800)
})

test('no limit is none', () => {
  expect(budgetOf(1000, { '/proc/self/cgroup': '0::/', '/sys/fs/cgroup/memory.max': 'max' })).toBe(800)
})

test('the smallest limit of all groups above counts', () => {
  const files = {
    '/proc/self/cgroup': '0::/system.slice/skein.service',
    '/sys/fs/cgroup/system.slice/skein.service/memory.max': '900',
    '/sys/fs/cgroup/system.slice/memory.max': '300',
  }
  expect(budgetOf(1000, files)).toBe(240)
})

test('version 1 has its own files', () => {
  const files = {
    '/proc/self/cgroup': '5:cpu,cpuacct:/x\n4:memory:/docker/abc',
    '/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes': '100',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
  }
  expect(budgetOf(1000, files)).toBe(80)
})

test('files that make no sense are no limit', () => {
  expect(budgetOf(1000, { '/proc/self/cgroup': 'nonsense', '/sys/fs/cgroup/memory.max': 'x' })).toBe(800)
})

test('this machine has a budget', () => {
  expect(defaultMemoryBudget()).toBeGreaterThan(100_000_000)
})

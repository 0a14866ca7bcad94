import { describe, expect, test } from 'bun:test'
import { createLinuxMachine } from '@service/router/adapters/linux-machine.ts'
import { createPortableMachine } from '@service/router/adapters/portable-machine.ts'

const STAT = `cpu  100 10 40 800 50 0 5 20 7 0
cpu0 50 5 20 400 25 0 3 10 7 0
intr 1 2 3
`
const MEMORY_INFO = `MemTotal:        1000000 kB
MemFree:          100000 kB
MemAvailable:     600000 kB
Buffers:           10000 kB
`
const KIBIBYTE = 1024

const otherwise = {
  ...createPortableMachine(async () => undefined),
  cores: async () => 8,
  cpu: async () => ({ busy: 1, available: 2 }),
}

const machineOf = (files: Readonly<Record<string, string>>, nowMs = 0) =>
  createLinuxMachine({ readText: async (path) => files[path], now: () => nowMs, otherwise })

describe('a machine without limits', () => {
  test('is busy for all the time that it neither idles nor waits for disks', async () => {
    const machine = machineOf({ '/proc/stat': STAT })
    expect(await machine.cpu()).toEqual({ busy: 175, available: 1025 })
    expect(await machine.cores()).toBe(8)
  })

  test('has used what is not available', async () => {
    expect(await machineOf({ '/proc/meminfo': MEMORY_INFO }).memory()).toEqual({
      totalBytes: 1_000_000 * KIBIBYTE,
      usedBytes: 400_000 * KIBIBYTE,
      availableBytes: 600_000 * KIBIBYTE,
      pressure: 'normal',
    })
  })

  test('is under pressure when programs stand still for memory', async () => {
    const stalls =
      'some avg10=12.50 avg60=1.00 avg300=0.00 total=9\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n'
    const files = { '/proc/meminfo': MEMORY_INFO, '/proc/pressure/memory': stalls }
    expect((await machineOf(files).memory()).pressure).toBe('warning')
  })
})

describe('a container', () => {
  const limited = {
    '/proc/self/cgroup': '0::/app\n',
    '/proc/stat': STAT,
    '/proc/meminfo': MEMORY_INFO,
    '/sys/fs/cgroup/app/memory.max': '204800000\n',
    '/sys/fs/cgroup/app/memory.current': '150000000\n',
    '/sys/fs/cgroup/app/memory.stat': 'anon 1\ninactive_file 50000000\nactive_file 2\n',
    '/sys/fs/cgroup/app/cpu.max': '150000 100000\n',
    '/sys/fs/cgroup/app/cpu.stat': 'usage_usec 3000000\nuser_usec 1\n',
    '/sys/fs/cgroup/memory.max': 'max\n',
    '/sys/fs/cgroup/cpu.max': 'max 100000\n',
  }

  test('has the memory of its limit; what a cache could give up is available', async () => {
    expect(await machineOf(limited).memory()).toEqual({
      totalBytes: 204_800_000,
      usedBytes: 100_000_000,
      availableBytes: 104_800_000,
      pressure: 'normal',
    })
  })

  test('never has more memory available than the machine', async () => {
    const files = { ...limited, '/proc/meminfo': MEMORY_INFO.replace('600000', '1000') }
    expect((await machineOf(files).memory()).availableBytes).toBe(1000 * KIBIBYTE)
  })

  test('has its share of the cores, and its own time at work', async () => {
    const machine = machineOf(limited, 10_000)
    expect(await machine.cores()).toBe(1.5)
    expect(await machine.cpu()).toEqual({ busy: 3_000_000, available: 15_000_000 })
  })

  test('in groups of version 1 is read by their names', async () => {
    const machine = machineOf(
      {
        '/proc/self/cgroup': '3:memory:/docker/a\n2:cpu,cpuacct:/docker/a\n',
        '/proc/meminfo': MEMORY_INFO,
        '/sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes': '100000000',
        '/sys/fs/cgroup/memory/docker/a/memory.usage_in_bytes': '70000000',
        '/sys/fs/cgroup/memory/docker/a/memory.stat': 'inactive_file 1\ntotal_inactive_file 10000000\n',
        '/sys/fs/cgroup/cpu/docker/a/cpu.cfs_quota_us': '200000',
        '/sys/fs/cgroup/cpu/docker/a/cpu.cfs_period_us': '100000',
        '/sys/fs/cgroup/cpuacct/docker/a/cpuacct.usage': '5000000000',
      },
      1000,
    )
    expect(await machine.memory()).toMatchObject({ totalBytes: 100_000_000, usedBytes: 60_000_000 })
    expect(await machine.cores()).toBe(2)
    expect(await machine.cpu()).toEqual({ busy: 5_000_000, available: 2_000_000 })
  })

  test('whose quotas are none counts as the machine', async () => {
    const files = {
      '/proc/self/cgroup': '2:cpu:/\n1:memory:/\n',
      '/proc/stat': STAT,
      '/proc/meminfo': MEMORY_INFO,
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '5',
    }
    expect(await machineOf(files).cpu()).toMatchObject({ busy: 175 })
    expect((await machineOf(files).memory()).totalBytes).toBe(1_000_000 * KIBIBYTE)
  })
})

test('where /proc does not tell, the runtime does', async () => {
  const machine = machineOf({ '/proc/stat': 'nonsense', '/proc/meminfo': 'MemTotal: many kB\n' })
  expect(await machine.cpu()).toEqual({ busy: 1, available: 2 })
  const { totalBytes, usedBytes, availableBytes } = await machine.memory()
  expect(totalBytes).toBeGreaterThan(100_000_000)
  expect(usedBytes + availableBytes).toBe(totalBytes)
})

import { describe, expect, test } from 'bun:test'
import { createMacosMachine } from '@service/router/adapters/macos-machine.ts'
import { createPortableMachine } from '@service/router/adapters/portable-machine.ts'

/** Written by hand in the format of the manual pages; not from a Mac. */
const VM_STAT = `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                               22500.
Pages active:                            300000.
Pages inactive:                          290000.
Pages speculative:                         8000.
Pages throttled:                              0.
Pages wired down:                        100000.
Pages purgeable:                           5000.
"Translation faults":                 900000000.
Pages copy-on-write:                   12345678.
File-backed pages:                       200000.
Anonymous pages:                         400000.
Pages stored in compressor:              250000.
Pages occupied by compressor:             60000.
`
const IOREG = `+-o AGXAcceleratorG13X  <class AGXAcceleratorG13X, id 0x1000003a1, registered, matched, active, busy 0 (2 ms), retain 87>
    {
      "IOClass" = "AGXAcceleratorG13X"
      "model" = "Apple M1 Pro"
      "gpu-core-count" = 16
      "PerformanceStatistics" = {"In use system memory (driver)"=0,"Alloc system memory"=3312132096,"Tiler Utilization %"=5,"Device Utilization %"=6,"Renderer Utilization %"=6,"In use system memory"=654311424}
    }
`
const PAGE = 16_384
const TOTAL = 16 * 1024 ** 3

const machineOf = (outputs: Readonly<Record<string, string>>, isAppleSilicon = true) => {
  const run = async (program: string) => outputs[program]
  return createMacosMachine({ run, otherwise: createPortableMachine(run), isAppleSilicon, totalBytes: TOTAL })
}

describe('the memory of a Mac', () => {
  test('is used by programs, by the system and by the compressor; files in memory are available', async () => {
    const used = (400_000 - 5000 + 100_000 + 60_000) * PAGE
    expect(await machineOf({ vm_stat: VM_STAT, sysctl: '1\n' }).memory()).toEqual({
      totalBytes: TOTAL,
      usedBytes: used,
      availableBytes: TOTAL - used,
      pressure: 'normal',
    })
  })

  test.each([
    ['2', 'warning'],
    ['4', 'critical'],
    ['nonsense', 'normal'],
  ])('is under the pressure that the kernel tells: %p is %p', async (level, pressure) => {
    const memory = await machineOf({ vm_stat: VM_STAT, sysctl: `${level}\n` }).memory()
    expect(memory.pressure).toBe(pressure as 'warning')
  })

  test('is what the runtime says where vm_stat says something else', async () => {
    const { totalBytes, usedBytes, availableBytes } = await machineOf({ vm_stat: 'nothing' }).memory()
    expect(usedBytes + availableBytes).toBe(totalBytes)
    expect(totalBytes).not.toBe(TOTAL)
  })
})

describe('the GPU of a Mac', () => {
  test('shares the memory of the machine', async () => {
    expect(await machineOf({ ioreg: IOREG }).gpus()).toEqual({
      gpus: [
        {
          name: 'Apple M1 Pro',
          vendor: 'apple',
          percent: 6,
          memoryUsedBytes: 654_311_424,
          memoryTotalBytes: TOTAL,
        },
      ],
      reason: null,
    })
  })

  test('that is not told has a reason, and one that tells less has nulls', async () => {
    expect((await machineOf({}).gpus()).reason).toContain('ioreg')
    const little = await machineOf({ ioreg: '"PerformanceStatistics" = {}' }).gpus()
    expect(little.gpus[0]).toMatchObject({ name: 'GPU of this Mac', percent: null, memoryUsedBytes: null })
  })
})

test('the neural engine is there on Apple silicon, and its use is not told', () => {
  expect(machineOf({}).neuralEngine).toMatchObject({ available: true, percent: null })
  expect(machineOf({}, false).neuralEngine).toMatchObject({ available: false, percent: null })
})

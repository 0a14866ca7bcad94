import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import type { MachineReadings } from '../features/system/machine-readings.ts'
import { memoryPressure } from '../policy/memory-pressure.ts'
import { readNvidiaGpus } from './nvidia-gpus.ts'
import type { RunProgram } from './run-program.ts'

/** What the runtime tells of any machine; the systems that tell more have a file of their own. */
export const createPortableMachine = (run: RunProgram): MachineReadings => ({
  cores: async () => availableParallelism(),
  async cpu() {
    const times = cpus().map((core) => core.times)
    const idle = times.reduce((total, core) => total + core.idle, 0)
    const available = times.reduce(
      (total, core) => total + core.user + core.nice + core.sys + core.irq + core.idle,
      0,
    )
    return { busy: available - idle, available }
  },
  async memory() {
    const totalBytes = totalmem()
    const availableBytes = Math.min(freemem(), totalBytes)
    const need = { totalBytes, availableBytes, someStalledPercent: 0, allStalledPercent: 0 }
    return {
      totalBytes,
      usedBytes: totalBytes - availableBytes,
      availableBytes,
      pressure: memoryPressure(need),
    }
  },
  gpus: () => readNvidiaGpus(run),
  neuralEngine: { available: false, percent: null, reason: 'Only Macs with Apple silicon have one.' },
})

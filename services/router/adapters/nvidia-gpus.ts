import type { GpuFigures, GpuReading } from '../features/system/machine-readings.ts'
import type { RunProgram } from './run-program.ts'

const MEBIBYTE = 1024 * 1024
const FIELDS = 'name,utilization.gpu,memory.used,memory.total'

/** Asks NVIDIA's own program. Never rejects. */
export const readNvidiaGpus = async (run: RunProgram): Promise<GpuReading> => {
  const table = await run('nvidia-smi', `--query-gpu=${FIELDS}`, '--format=csv,noheader,nounits')
  if (table === undefined) {
    return {
      gpus: [],
      reason:
        'nvidia-smi is not on this machine or does not answer; figures of GPUs of other makers are not read here.',
    }
  }
  const gpus = parseNvidiaGpus(table)
  return gpus.length > 0 ? { gpus, reason: null } : { gpus, reason: 'nvidia-smi names no GPU.' }
}

/** Lines such as `NVIDIA H200, 37, 1024, 143771`: percent and MiB. What a GPU does not tell is `[N/A]`. */
export const parseNvidiaGpus = (table: string): readonly GpuFigures[] =>
  table.split('\n').flatMap((line) => {
    const cells = line.split(',').map((cell) => cell.trim())
    const [percent, used, total] = cells.slice(-3).map(numberIn)
    if (cells.length < 4 || percent === undefined || used === undefined || total === undefined) return []
    return [
      {
        // A name with a comma in it is not quoted.
        name: cells.slice(0, -3).join(', '),
        vendor: 'nvidia',
        percent: percent === null ? null : Math.min(100, percent),
        memoryUsedBytes: used === null ? null : used * MEBIBYTE,
        memoryTotalBytes: total === null ? null : total * MEBIBYTE,
      },
    ]
  })

const numberIn = (cell: string): number | null => (/^\d+(\.\d+)?$/.test(cell) ? Number(cell) : null)

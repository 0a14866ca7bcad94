import { readFileSync, readdirSync } from 'node:fs'

export interface ProcessFigures {
  readonly residentMegabytes: number
  readonly openFiles: number
}

/** Memory and descriptors of a process, read from /proc: Linux only. */
export const processFigures = (processId: number): ProcessFigures => {
  const status = readFileSync(`/proc/${processId}/status`, 'utf8')
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0)
  return {
    residentMegabytes: (kilobytes * 1024) / 1e6,
    openFiles: readdirSync(`/proc/${processId}/fd`).length,
  }
}

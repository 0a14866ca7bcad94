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

/** Processor time of a process in ticks of 10 ms, its threads included. */
export const processorTicks = (processId: number): number => {
  const fields = readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  // utime and stime, counted from the field after the name.
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
}

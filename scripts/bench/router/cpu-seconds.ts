import { existsSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second, whatever the machine. */
const TICKS_PER_SECOND = 100

/** Seconds of processor time that a process has used so far; NaN where /proc is missing. */
export const cpuSeconds = (processId: number): number => {
  const path = `/proc/${processId}/stat`
  if (!existsSync(path)) return Number.NaN
  const text = readFileSync(path, 'utf8')
  // The name in brackets may hold spaces; user and system time are the 12th and 13th field after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

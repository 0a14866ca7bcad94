import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Most of a log's end that is looked at. */
const LOOKED_AT_BYTES = 2_000_000

export interface LogTail {
  readonly lines: readonly string[]
  /** Where in the file the lines end, in bytes. */
  readonly end: number
}

/** The last whole lines of a file; none when there is no file. */
export const readLogTail = (path: string, count: number): LogTail => {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return { lines: [], end: 0 }
  }
  try {
    const { size } = fstatSync(file)
    const start = Math.max(0, size - LOOKED_AT_BYTES)
    const bytes = Buffer.alloc(size - start)
    const read = readSync(file, bytes, 0, bytes.length, start)
    const whole = bytes.subarray(0, bytes.subarray(0, read).lastIndexOf(0x0a) + 1)
    const lines = whole.toString().split('\n').slice(0, -1)
    // The first line of a cut is not whole.
    return { lines: (start > 0 ? lines.slice(1) : lines).slice(-count), end: start + whole.length }
  } finally {
    closeSync(file)
  }
}

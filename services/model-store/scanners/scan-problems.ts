import type { Log } from '@shared/log/create-log.ts'

const MOST_REMEMBERED = 1000

/** Where scanners tell what they had to leave out. Each sentence is logged once, however often a scan finds it again. */
export interface ScanProblems {
  report(sentence: string): void
}

export const createScanProblems = (log: Log): ScanProblems => {
  const told = new Set<string>()
  return {
    report(sentence) {
      if (told.has(sentence)) return
      if (told.size >= MOST_REMEMBERED) told.clear()
      told.add(sentence)
      log.warn({ problem: sentence }, 'left out of the scan')
    },
  }
}

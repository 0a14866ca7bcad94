import type { EngineReport, EngineReports } from './engine-messages.ts'

/** Collects what one turn of the event loop has to report and sends it as one message, while the next batch computes. */
export interface ReportOutbox {
  push(report: EngineReport): void
}

export const createReportOutbox = (send: (reports: EngineReports) => void): ReportOutbox => {
  let waiting: EngineReport[] = []
  const flush = (): void => {
    const reports = waiting
    waiting = []
    send(reports)
  }
  return {
    push(report) {
      if (waiting.length === 0) setImmediate(flush)
      waiting.push(report)
    },
  }
}

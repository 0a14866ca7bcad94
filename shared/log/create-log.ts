import pino from 'pino'

/** One structured logger: one JSON object a line on standard output, levels as numbers, `time` in ISO 8601. */
export type Log = pino.Logger

/**
 * @param service name in every line
 * @param level lowest level that is written: trace, debug, info, warn, error, fatal, silent
 */
export const createLog = (service: string, level = 'info'): Log =>
  pino({
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ['authorization', '*.authorization', 'headers.authorization', 'headers["x-api-key"]'],
      remove: true,
    },
  })

import { mkdirSync } from 'node:fs'
import type { Log } from '@shared/log/create-log.ts'
import { createStream } from 'rotating-file-stream'
import type { AuditEntry } from '../features/access/audit-trail.ts'

export interface AuditLogFile {
  write(entry: AuditEntry): void
  /** Resolves when everything is on disk. */
  close(): Promise<void>
}

const NAME = 'audit.log'
const KEPT_FILES = 5

/** One JSON object a line in `audit.log` (mode 0600); a full file becomes `audit.log.1`, and so on up to `.5`. */
export const openAuditLogFile = (directory: string, log: Log, sizeLimit = '10M'): AuditLogFile => {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const stream = createStream((index) => (index === null ? NAME : `${NAME}.${Number(index)}`), {
    path: directory,
    size: sizeLimit,
    rotate: KEPT_FILES,
    mode: 0o600,
  })
  let isLost = false
  stream.on('error', (error) => {
    if (!isLost) log.error({ err: error }, 'the audit log cannot be written')
    isLost = true
  })
  return {
    write(entry) {
      if (!isLost) stream.write(`${JSON.stringify(entry)}\n`)
    },
    close: () => (isLost ? Promise.resolve() : new Promise((resolve) => stream.end(() => resolve()))),
  }
}

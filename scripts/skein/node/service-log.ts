import { createStream } from 'rotating-file-stream'

/** Takes the lines of one service. */
export interface ServiceLog {
  write(line: string): void
  /** Resolves when everything is on disk. */
  close(): Promise<void>
}

export interface ServiceLogOptions {
  readonly directory: string
  readonly name: string
  /** Told once when lines can no longer be written (a full disk): they are dropped, the service runs on. */
  readonly onLost: (reason: string) => void
  readonly sizeLimit?: string
}

const KEPT_FILES = 5

/** Writes `<name>.log`; a file that is full becomes `<name>.log.1`, and so on up to `.5`. */
export const openServiceLog = ({ directory, name, onLost, sizeLimit }: ServiceLogOptions): ServiceLog => {
  const file = `${name}.log`
  const stream = createStream((index) => (index === null ? file : `${file}.${Number(index)}`), {
    path: directory,
    size: sizeLimit ?? '10M',
    rotate: KEPT_FILES,
    mode: 0o600,
  })
  let isLost = false
  stream.on('error', (error) => {
    if (!isLost) onLost(error.message)
    isLost = true
  })
  return {
    write(line) {
      if (!isLost) stream.write(`${line}\n`)
    },
    close: () => (isLost ? Promise.resolve() : new Promise((resolve) => stream.end(() => resolve()))),
  }
}

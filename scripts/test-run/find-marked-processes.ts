import { readFileSync, readdirSync } from 'node:fs'

export interface MarkedProcess {
  readonly processId: number
  readonly commandLine: string
}

/**
 * Processes, other than this one, that carry a text in their environment or command line. A process keeps the
 * environment that it began with, so a marker in there finds children also when their parents are gone.
 */
export const findMarkedProcesses = (marker: string): readonly MarkedProcess[] =>
  (process.platform === 'linux' ? readProcFiles() : askPs())
    .filter(({ processId, text }) => processId !== process.pid && text.includes(marker))
    .map(({ processId, commandLine }) => ({ processId, commandLine }))

interface FoundProcess extends MarkedProcess {
  /** Command line and environment. */
  readonly text: string
}

const readProcFiles = (): readonly FoundProcess[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const commandLine = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        const environment = readFileSync(`/proc/${name}/environ`, 'utf8')
        return [{ processId: Number(name), commandLine, text: `${commandLine}\0${environment}` }]
      } catch {
        // Gone meanwhile, or another user's.
        return []
      }
    })

const askPs = (): readonly FoundProcess[] =>
  Bun.spawnSync(['ps', 'axeww', '-o', 'pid=,command='])
    .stdout.toString()
    .split('\n')
    .flatMap((line) => {
      const [, processId, text] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? []
      return processId === undefined || text === undefined
        ? []
        : [{ processId: Number(processId), commandLine: text.slice(0, 200), text }]
    })

import type { ServiceName } from '@shared/contracts/service-name.ts'
import type { SupervisionEvent } from '@shared/process/supervision-event.ts'
import colors from 'picocolors'
import { prettyLogLine } from '../terminal/pretty-log-line.ts'
import type { Terminal } from '../terminal/terminal.ts'

const SHOWN_LINES = 12

/** Says on the screen how the services fare: one line each time one answers, and why when one failed. */
export const createStartProgress = (terminal: Terminal, now: () => number) => {
  const startedAt = new Map<ServiceName, number>()
  return (service: ServiceName, event: SupervisionEvent): void => {
    if (event.type === 'failure') return noteFailure(terminal, service, event)
    if (event.state === 'starting') startedAt.set(service, now())
    if (event.state !== 'ready') return
    const seconds = (now() - (startedAt.get(service) ?? now())) / 1000
    terminal.note(`${colors.green('✓')} ${service} ${colors.dim(`${seconds.toFixed(1)} s`)}`)
  }
}

const noteFailure = (
  terminal: Terminal,
  service: ServiceName,
  event: Extract<SupervisionEvent, { type: 'failure' }>,
): void => {
  const next =
    event.retryInMs === null ? 'it is not tried again' : `starting it again in ${event.retryInMs / 1000} s`
  terminal.note(`${colors.red(`✗ ${service} ${event.reason}`)}; ${next}`)
  for (const line of event.lines.slice(-SHOWN_LINES)) terminal.note(`  ${prettyLogLine(line)}`)
}

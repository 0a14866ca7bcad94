import { humanDuration } from '../terminal/human-values.ts'
import type { Terminal } from '../terminal/terminal.ts'

const EVERY_MS = 1000

/** Shows on one line of a person's screen how long something is good for. @returns ends it, and leaves the line */
export const startCountDown = (terminal: Terminal, until: number, now: () => number): (() => void) => {
  const show = (): void =>
    terminal.write(`\r\u001b[KThe code is good for ${humanDuration((until - now()) / 1000)}.`)
  show()
  const timer = setInterval(show, EVERY_MS)
  return () => {
    clearInterval(timer)
    terminal.write('\n')
  }
}

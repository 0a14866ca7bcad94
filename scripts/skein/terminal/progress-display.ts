import { SingleBar, Presets } from 'cli-progress'
import type { Terminal } from './terminal.ts'

export interface ProgressDisplay {
  /** @param fraction 0…1 */
  show(fraction: number, doing: string): void
  end(): void
}

/** A bar on a terminal; elsewhere one line for each ten percent. */
export const createProgressDisplay = (terminal: Terminal, isBar: boolean): ProgressDisplay =>
  isBar ? createBar() : createLines(terminal)

const createBar = (): ProgressDisplay => {
  const bar = new SingleBar(
    {
      format: '{bar} {percentage}% {doing}',
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  )
  bar.start(100, 0, { doing: '' })
  return {
    show: (fraction, doing) => bar.update(Math.floor(fraction * 100), { doing }),
    end: () => bar.stop(),
  }
}

const createLines = (terminal: Terminal): ProgressDisplay => {
  let shown = -1
  return {
    show(fraction, doing) {
      const tenth = Math.floor(fraction * 10)
      if (tenth <= shown) return
      shown = tenth
      terminal.note(`${tenth * 10}% ${doing}`)
    },
    end: () => undefined,
  }
}

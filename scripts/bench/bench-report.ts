import { arch, cpus, platform } from 'node:os'
import { median } from './median.ts'

/** One thing measured on several servers in the same run. */
export interface BenchRow {
  readonly what: string
  /** Values of each round, by server. */
  readonly values: Readonly<Record<string, readonly number[]>>
}

export interface BenchReport {
  readonly title: string
  readonly unit: string
  /** The server that the others are held against. */
  readonly baseline: string
  /** Ratios are read so that more is better: `more` divides by the baseline, `less` divides the baseline. */
  readonly better: 'more' | 'less'
  readonly rows: readonly BenchRow[]
}

/** Prints medians and, for each server, its ratio to the baseline of the same run (above 1 is better than it). */
export const printReport = (report: BenchReport): void => {
  console.log(`\n${report.title} (${report.unit}; median; ratio to ${report.baseline}, above 1 is better)`)
  for (const { what, values } of report.rows) {
    const base = median(values[report.baseline] ?? [])
    const cells = Object.entries(values).map(([server, rounds]) => {
      const value = median(rounds)
      const ratio = report.better === 'more' ? value / base : base / value
      return `${server} ${round(value)}${server === report.baseline ? '' : ` (${ratio.toFixed(2)}x)`}`
    })
    console.log(`  ${what.padEnd(28)} ${cells.join('   ')}`)
  }
}

/** Figures are worth little without the machine. */
export const printMachine = (): void => {
  const [first] = cpus()
  console.log(
    `${platform()} ${arch()}, ${cpus().length} cores (${first?.model ?? 'unknown'}), Bun ${Bun.version}`,
  )
}

const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

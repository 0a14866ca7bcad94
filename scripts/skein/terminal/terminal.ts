/** Where a command writes: results to standard output, everything else to standard error. */
export interface Terminal {
  /** A result, with a line feed. */
  print(text: string): void
  /** A piece of a result, as it is. */
  write(text: string): void
  /** Progress and remarks, with a line feed. */
  note(text: string): void
  /** Results go to a person's screen, not into a file or a pipe. */
  readonly isInteractive: boolean
}

export const processTerminal: Terminal = {
  print: (text) => void process.stdout.write(`${text}\n`),
  write: (text) => void process.stdout.write(text),
  note: (text) => void process.stderr.write(`${text}\n`),
  isInteractive: process.stdout.isTTY,
}

/** Longest line that is kept; what is longer comes in pieces, so that a child cannot fill our memory. */
const LONGEST_LINE = 16_384

export interface LineSplitter {
  write(text: string): void
  /** Hands over a last line that has no line feed. */
  end(): void
}

/** Cuts text into lines, without their line ends. */
export const createLineSplitter = (onLine: (line: string) => void): LineSplitter => {
  let rest = ''
  return {
    write(text) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line.replace(/\r$/, ''))
      if (rest.length > LONGEST_LINE) {
        onLine(rest)
        rest = ''
      }
    },
    end() {
      if (rest !== '') onLine(rest)
      rest = ''
    },
  }
}

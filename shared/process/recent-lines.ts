/** The last lines of a log, for telling why something ended. */
export interface RecentLines {
  push(line: string): void
  all(): readonly string[]
}

export const createRecentLines = (capacity: number): RecentLines => {
  let lines: string[] = []
  return {
    push(line) {
      lines.push(line)
      if (lines.length > capacity * 2) lines = lines.slice(-capacity)
    },
    all: () => lines.slice(-capacity),
  }
}

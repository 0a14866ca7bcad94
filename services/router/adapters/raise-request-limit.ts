/** Bun lets this many requests go out at the same time, and makes the next ones wait without a word. */
const DEFAULT_LIMIT = 256
const WANTED_LIMIT = 20_000
/** Bun reads it once, before the first line of a program. */
const VARIABLE = 'BUN_CONFIG_MAX_HTTP_REQUESTS'
/** Kept for what the router itself asks the services. */
const RESERVED = 16

type Environment = Readonly<Record<string, string | undefined>>

/**
 * How many requests may be with services at the same time. A process that was started without the variable starts again
 * with it, as the same process; one with a channel to its parent cannot, because the channel would be lost.
 */
export const raiseRequestLimit = (environment: Environment): number => {
  const given = Number(environment[VARIABLE])
  if (given > 0) return Math.max(1, given - RESERVED)
  if (process.send === undefined && process.execve !== undefined) {
    const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
    process.execve(process.execPath, command, { ...definedOf(environment), [VARIABLE]: String(WANTED_LIMIT) })
  }
  return DEFAULT_LIMIT - RESERVED
}

const definedOf = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )

/**
 * A shell that becomes the command (same process id, same end) and leaves a watcher beside it. The watcher holds our end
 * of a pipe as standard input: when the pipe closes without a word we are gone, however it came, and the command is
 * killed. A line releases the watcher: the command has ended by itself, and its process id may be another's by now.
 *
 * File descriptor 9, because 3 may be Bun's message channel.
 */
const SCRIPT = `exec 9<&0
{ read -r released <&9 || kill -9 $$; } >/dev/null 2>&1 &
exec "$@" </dev/null 9<&-`

/** What to write to the standard input of a guarded command when it has ended. */
export const GUARD_RELEASE = 'released\n'

/** The command under a guard that kills it when the pipe to its standard input closes. POSIX only. */
export const guardedCommand = (command: readonly [string, ...string[]]): readonly [string, ...string[]] => [
  '/bin/sh',
  '-c',
  SCRIPT,
  command[0],
  ...command,
]

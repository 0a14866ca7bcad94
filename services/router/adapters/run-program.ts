/** Longer than any of them takes on a machine that is well. */
const TIMEOUT_MS = 2000
/** None of them says more; the rest of a program that does is not read. */
const LONGEST_OUTPUT_BYTES = 1024 * 1024

/** What a program of this machine writes to its standard output; undefined when there is none, or it fails or hangs. */
export type RunProgram = (program: string, ...options: readonly string[]) => Promise<string | undefined>

export const runProgram: RunProgram = async (program, ...options) => {
  const path = Bun.which(program)
  if (path === null) return undefined
  try {
    const child = Bun.spawn([path, ...options], {
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'ignore',
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: LONGEST_OUTPUT_BYTES,
    })
    const output = await child.stdout.text()
    return (await child.exited) === 0 ? output : undefined
  } catch {
    // It is there but cannot be started.
    return undefined
  }
}

import type { ServerTool, ToolOutput } from '../features/server-tools/server-tools.ts'
import { cutOutput, MOST_OUTPUT_CHARACTERS } from './cut-output.ts'
import type { RegisteredFunctionConfig } from './tools-file.ts'

const DEFAULT_TIMEOUT_MS = 30_000
/** A character of UTF-8 has at most so many bytes. */
const BYTES_OF_A_CHARACTER = 4

/**
 * A function of this node: a program that gets the arguments as JSON on its standard input and prints the result.
 * @param environment what it sees beside its own variables: nothing of the service's settings and secrets
 */
export const registeredFunction = (
  name: string,
  config: RegisteredFunctionConfig,
  environment: Readonly<Record<string, string>>,
): ServerTool => ({
  definition: {
    name,
    ...(config.description === undefined ? {} : { description: config.description }),
    parameters: config.parameters ?? { type: 'object', properties: {} },
  },
  async call(args, signal) {
    signal.throwIfAborted()
    const output = await run(name, { ...config, env: { ...environment, ...config.env } }, args, signal)
    signal.throwIfAborted()
    return output
  },
})

const run = async (
  name: string,
  { command, env = {}, timeoutMs = DEFAULT_TIMEOUT_MS }: RegisteredFunctionConfig,
  args: unknown,
  signal: AbortSignal,
): Promise<ToolOutput> => {
  let child: Bun.Subprocess<Blob, 'pipe', 'ignore'>
  try {
    child = Bun.spawn(command, {
      env,
      stdin: new Blob([JSON.stringify(args)]),
      stdout: 'pipe',
      stderr: 'ignore',
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: MOST_OUTPUT_CHARACTERS * BYTES_OF_A_CHARACTER,
      signal,
    })
  } catch {
    return { text: `The function '${name}' could not be started.`, isError: true }
  }
  const startedAt = performance.now()
  const text = cutOutput(await new Response(child.stdout).text())
  await child.exited
  if (child.exitCode === 0) return { text, isError: false }
  if (performance.now() - startedAt >= timeoutMs)
    return { text: `The function '${name}' did not answer within ${timeoutMs} ms.`, isError: true }
  const how =
    child.exitCode === null ? `was killed (${child.signalCode})` : `ended with code ${child.exitCode}`
  return { text: `The function '${name}' ${how}.${text === '' ? '' : `\n${text}`}`, isError: true }
}

import { homedir } from 'node:os'
import { join } from 'node:path'
import { createFindRpcPrograms } from '@service/chat/engines/rpc-worker/rpc-programs.ts'

/** Where a real llama-server with its RPC worker is looked for, as in the tests of the engine itself. */
export const LLAMA_PLACES = {
  configuredPath: process.env['SKEIN_LLAMA_SERVER'] ?? '',
  skeinHome: process.env['SKEIN_HOME'] ?? join(homedir(), '.skein'),
}

/** Undefined, and said so, where they were not built. */
export const findRealRpcPrograms = async () => {
  const programs = await createFindRpcPrograms(LLAMA_PLACES, { PATH: process.env['PATH'] })()
  if (programs === undefined) {
    console.warn(
      'SKIPPED: ggml-rpc-server is not there. Build it with `skein backends build llama-server`, or set SKEIN_LLAMA_SERVER.',
    )
  }
  return programs
}

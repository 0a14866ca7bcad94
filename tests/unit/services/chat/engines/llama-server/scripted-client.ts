import type { LlamaServerClient } from '@service/chat/engines/llama-server/llama-server-client.ts'

/** A client of a server that answers as told. @param answer to a path and a body; what it throws is the refusal */
export const scriptedClient = (
  answer: (path: string, body: unknown, signal: AbortSignal) => unknown,
): LlamaServerClient => ({
  isHealthy: () => Promise.resolve(true),
  call: async (path, body, signal) => answer(path, body, signal),
  stream() {
    throw new Error('Nothing is streamed here.')
  },
})

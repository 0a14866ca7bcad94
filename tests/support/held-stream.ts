import type { ChatClient } from './chat-client.ts'

/** A stream that is open and not read any further: it keeps its slot. */
export interface HeldStream {
  readonly response: Response
  readonly reader: { read(): Promise<unknown> }
  leave(): void
}

/**
 * Opens a stream and waits for its first bytes. Whoever holds it keeps the reader too: a reader that nobody refers to
 * may be collected, and its stream with it.
 */
export const holdStream = async (client: ChatClient, model: string): Promise<HeldStream> => {
  const left = new AbortController()
  const response = await client.chat(model, { stream: true }, left.signal)
  if (!response.ok || response.body === null)
    throw new Error(`No stream: ${response.status} ${await response.text()}`)
  const reader = response.body.getReader()
  await reader.read()
  return { response, reader, leave: () => left.abort() }
}

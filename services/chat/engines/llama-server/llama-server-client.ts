import { Fault } from '@shared/fault/fault.ts'
import { createParser } from 'eventsource-parser'
import { refusalFault } from './wire-reply.ts'

/** HTTP to one llama-server over its Unix socket. */
export interface LlamaServerClient {
  /** True when the model is loaded. */
  isHealthy(signal: AbortSignal): Promise<boolean>
  /** GET, or POST when there is a body; the parsed reply. Rejects with the Fault of a refusal. */
  call(path: string, body: unknown, signal: AbortSignal): Promise<unknown>
  /** POST whose reply is an event stream; the parsed data of each event. Leaving the loop closes the connection. */
  stream(path: string, body: unknown, signal: AbortSignal): AsyncGenerator<unknown, void>
}

/** What `fetch` or the stream threw: the connection broke, so most likely the server is gone. */
export class ConnectionLost extends Error {}

/** Longest event: the last one of an answer repeats the prompt unless told not to. */
const LONGEST_EVENT_CHARACTERS = 64 * 1024 * 1024

export const createLlamaServerClient = (socketPath: string, apiKey: string): LlamaServerClient => {
  const send = async (path: string, body: unknown, signal: AbortSignal): Promise<Response> => {
    signal.throwIfAborted()
    try {
      return await fetch(`http://localhost${path}`, {
        unix: socketPath,
        method: body === undefined ? 'GET' : 'POST',
        // One connection for each call: reused ones break now and then (a race of keep-alive on both ends).
        headers: {
          authorization: `Bearer ${apiKey}`,
          connection: 'close',
          'content-type': 'application/json',
        },
        keepalive: false,
        // The wait for a long prompt is no reason to give up; the caller's signal is.
        timeout: false,
        signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch (error) {
      throw lostUnlessAborted(error, signal)
    }
  }
  return {
    async isHealthy(signal) {
      const response = await send('/health', undefined, signal).catch(() => undefined)
      await response?.body?.cancel()
      return response?.ok ?? false
    },
    async call(path, body, signal) {
      const response = await send(path, body, signal)
      const reply = await readReply(response, signal)
      if (!response.ok) throw refusalFault(response.status, reply)
      return reply
    },
    async *stream(path, body, signal) {
      const leaving = new AbortController()
      const response = await send(path, body, AbortSignal.any([signal, leaving.signal]))
      try {
        if (!response.ok) throw refusalFault(response.status, await readReply(response, signal))
        yield* readEvents(response, signal)
      } finally {
        leaving.abort()
      }
    },
  }
}

const readReply = async (response: Response, signal: AbortSignal): Promise<unknown> => {
  try {
    return await response.json()
  } catch (error) {
    throw lostUnlessAborted(error, signal)
  }
}

async function* readEvents(response: Response, signal: AbortSignal): AsyncGenerator<unknown, void> {
  const ready: string[] = []
  const parser = createParser({
    onEvent: (event) => ready.push(event.data),
    maxBufferSize: LONGEST_EVENT_CHARACTERS,
  })
  for await (const text of readText(response, signal)) {
    parser.feed(text)
    for (const data of ready.splice(0)) {
      // Several come at once on a busy machine; whoever gave up gets none of them any more.
      signal.throwIfAborted()
      if (data !== '[DONE]') yield parseEvent(data)
    }
  }
}

async function* readText(response: Response, signal: AbortSignal): AsyncGenerator<string, void> {
  const reader = response.body?.getReader()
  if (reader === undefined) return
  const decoder = new TextDecoder()
  try {
    while (true) {
      const { done, value } = await reader.read()
      if (done) return
      yield decoder.decode(value, { stream: true })
    }
  } catch (error) {
    throw lostUnlessAborted(error, signal)
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

const parseEvent = (data: string): unknown => {
  try {
    return JSON.parse(data)
  } catch (error) {
    throw new Fault('engine_failed', 'llama-server sent an event that is no JSON.', { cause: error })
  }
}

const lostUnlessAborted = (error: unknown, signal: AbortSignal): unknown =>
  signal.aborted
    ? signal.reason
    : new ConnectionLost('The connection to llama-server broke.', { cause: error })

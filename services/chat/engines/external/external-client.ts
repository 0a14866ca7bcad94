import { remoteFault, refusalInStream } from '@shared/dialects/external/remote-fault.ts'
import { Fault } from '@shared/fault/fault.ts'
import { isDeeperThan } from '@shared/http/json-depth.ts'
import { createParser } from 'eventsource-parser'
import { readBoundedText, readTextInTime } from './bounded-text.ts'
import type { ExternalTarget } from './external-target.ts'

/** HTTP to the servers of other machines, which may be slow, broken or hostile. */
export interface ExternalClient {
  /** POST; the parsed reply. @throws Fault of a refusal, or `unavailable` when it cannot be reached */
  call(target: ExternalTarget, path: string, body: unknown, signal: AbortSignal): Promise<unknown>
  /**
   * POST whose reply is an event stream; the parsed data of each event, up to `[DONE]`. Leaving the loop closes the
   * connection, and so does the signal, whose reason is thrown.
   */
  stream(
    target: ExternalTarget,
    path: string,
    body: unknown,
    signal: AbortSignal,
  ): AsyncGenerator<unknown, void>
}

export interface ExternalClientOptions {
  /** Told when a server cannot be reached, or breaks off. */
  readonly onLost: (target: ExternalTarget) => void
  /** How long a stream may be quiet once it has begun. */
  readonly quietMs?: number
}

/** A model that thinks for so long says so meanwhile. */
const QUIET_MS = 120_000
const LARGEST_REPLY_BYTES = 128 * 1024 * 1024
const LARGEST_REFUSAL_BYTES = 64 * 1024
const LARGEST_EVENT_CHARACTERS = 4 * 1024 * 1024
const DEEPEST_REPLY = 128
/** Shorter events cannot be nested so deeply that it matters. */
const SHORT_EVENT_CHARACTERS = 4096

export const createExternalClient = ({
  onLost,
  quietMs = QUIET_MS,
}: ExternalClientOptions): ExternalClient => {
  const lost = (target: ExternalTarget, error: unknown, signal: AbortSignal): unknown => {
    if (signal.aborted) return signal.reason
    if (error instanceof Fault) return error
    onLost(target)
    return new Fault(
      'unavailable',
      `The machine '${target.machine}' cannot be reached, or broke off its answer.`,
      {
        retryAfterSeconds: 5,
        cause: error,
      },
    )
  }
  const send = async (
    target: ExternalTarget,
    call: { readonly path: string; readonly body: unknown },
    signal: AbortSignal,
  ): Promise<Response> => {
    signal.throwIfAborted()
    const response = await post(target, call, signal)
    if (!response.ok) throw await refusalOf(target, response)
    return response
  }
  return {
    async call(target, path, body, signal) {
      try {
        const response = await send(target, { path, body }, signal)
        return parseJson(await readBoundedText(response, LARGEST_REPLY_BYTES), target)
      } catch (error) {
        throw lost(target, error, signal)
      }
    },
    async *stream(target, path, body, signal) {
      const leaving = new AbortController()
      const both = AbortSignal.any([signal, leaving.signal])
      try {
        const response = await send(target, { path, body }, both)
        yield* readEvents(target, response, quietMs)
      } catch (error) {
        throw lost(target, error, signal)
      } finally {
        leaving.abort()
      }
    },
  }
}

const post = (
  { apiKey, url }: ExternalTarget,
  { body, path }: { readonly path: string; readonly body: unknown },
  signal: AbortSignal,
): Promise<Response> =>
  fetch(url + path, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream, application/json',
      // What is small on the way must not be large here.
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      // One connection for each call: a reused one may be closed there at that very moment.
      connection: 'close',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify(body),
    // The key and the conversation are for this server alone.
    redirect: 'manual',
    keepalive: false,
    decompress: false,
    // The wait for a long prompt is no reason to give up; the caller's signal is.
    timeout: false,
    signal,
  })

const refusalOf = async (target: ExternalTarget, response: Response): Promise<Fault> => {
  const text = await readBoundedText(response, LARGEST_REFUSAL_BYTES).catch(() => '')
  return remoteFault(
    {
      status: response.status,
      body: isDeeperThan(new TextEncoder().encode(text), DEEPEST_REPLY) ? undefined : jsonOrText(text),
      retryAfter: response.headers.get('retry-after'),
      secret: target.apiKey,
    },
    target,
  )
}

async function* readEvents(
  target: ExternalTarget,
  response: Response,
  quietMs: number,
): AsyncGenerator<unknown, void> {
  if (response.headers.get('content-type')?.includes('application/json') === true) {
    yield checked(parseJson(await readBoundedText(response, LARGEST_REPLY_BYTES), target), target)
    return
  }
  const ready: string[] = []
  const parser = createParser({
    onEvent: ({ data }) => void ready.push(data),
    maxBufferSize: LARGEST_EVENT_CHARACTERS,
  })
  for await (const text of readTextInTime(response, { quietMs, limitBytes: LARGEST_REPLY_BYTES })) {
    parser.feed(text)
    for (const data of ready.splice(0)) {
      if (data.trim() === '[DONE]') return
      yield checked(parseJson(data, target), target)
    }
  }
}

/** @throws Fault for an event that tells of a failure */
const checked = (event: unknown, target: ExternalTarget): unknown => {
  const refusal = refusalInStream(event)
  if (refusal === undefined) return event
  throw remoteFault({ ...refusal, retryAfter: null, secret: target.apiKey }, target)
}

const parseJson = (text: string, { machine }: ExternalTarget): unknown => {
  const isShallow =
    text.length <= SHORT_EVENT_CHARACTERS || !isDeeperThan(new TextEncoder().encode(text), DEEPEST_REPLY)
  try {
    if (isShallow) return JSON.parse(text)
  } catch (error) {
    throw new Fault('engine_failed', `The machine '${machine}' sent something that is no JSON.`, {
      cause: error,
    })
  }
  throw new Fault('engine_failed', `The machine '${machine}' sent JSON that is nested too deeply.`)
}

const jsonOrText = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return { message: text }
  }
}

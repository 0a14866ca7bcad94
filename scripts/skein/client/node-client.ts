import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { CommandFailure } from '../terminal/command-failure.ts'
import { PROGRAM } from '../terminal/program-name.ts'

export interface NodeCall<Schema extends TSchema> {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Beginning with `/`. */
  readonly path: string
  readonly body?: unknown
  /** What the answer must look like; further fields stay. */
  readonly reply: Schema
  readonly signal?: AbortSignal
}

/** Speaks HTTP to the public door of a node, this one or another. */
export interface NodeClient {
  readonly url: string
  /** The checked JSON answer. @throws CommandFailure with the node's own words */
  call<Schema extends TSchema>(call: NodeCall<Schema>): Promise<Static<Schema>>
  /** The answer as it comes, of any length and duration. @throws CommandFailure when it is not a success */
  open(path: string, body: unknown, signal: AbortSignal): Promise<Response>
}

const CALL_TIMEOUT_MS = 120_000

/** How a node lets us in. */
export interface NodeEntrance {
  /** Sent as a bearer. */
  readonly apiKey?: string | undefined
  /** The node's own socket, which asks nobody for a key: only its owner can open it. */
  readonly ownerSocket?: string | undefined
}

/** @param url under which the node is known; `ownerSocket` is the way to it, if there is one */
export const createNodeClient = (
  url: string,
  { apiKey = '', ownerSocket }: NodeEntrance = {},
): NodeClient => {
  const base = ownerSocket === undefined ? url : 'http://localhost'
  const way = ownerSocket === undefined ? {} : { unix: ownerSocket }
  const send = async (path: string, init: BunFetchRequestInit): Promise<Response> => {
    const headers = new Headers(init.headers)
    if (apiKey !== '' && ownerSocket === undefined) headers.set('authorization', `Bearer ${apiKey}`)
    const response = await fetch(base + path, { ...init, ...way, headers }).catch((error: unknown) => {
      if (init.signal?.aborted) throw init.signal.reason
      throw new CommandFailure(`No Skein node answers at ${url}.`, {
        nextStep: `Start one with ${PROGRAM} up, or name another with --url URL.`,
        cause: error,
      })
    })
    if (response.ok) return response
    const message = failureMessage(await response.text()) ?? `${url}${path} answered ${response.status}.`
    throw new CommandFailure(
      message,
      response.status === 401 ? { nextStep: 'Its key goes into the variable SKEIN_API_KEY.' } : {},
    )
  }
  return {
    url,
    async call({ method = 'GET', path, body, reply, signal }) {
      const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS)
      const response = await send(path, {
        method,
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        ...(body === undefined ? {} : jsonBody(body)),
      })
      const value: unknown = await response.json().catch(() => undefined)
      if (Value.Check(reply, value)) return value
      throw new CommandFailure(`${url}${path} answered with something that is not Skein's.`, {
        nextStep: `Look whether that URL is a Skein node of this version: ${PROGRAM} status --url URL.`,
      })
    },
    // Bun ends a quiet fetch after five minutes; a long prompt on a slow machine takes longer.
    open: (path, body, signal) => send(path, { method: 'POST', signal, timeout: false, ...jsonBody(body) }),
  }
}

const jsonBody = (body: unknown): { body: string; headers: Record<string, string> } => ({
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})

/** The message in an error body: OpenAI's and ToolPiper's object, or Ollama's string. */
export const failureMessage = (text: string): string | undefined => {
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    if (typeof error === 'string') return error
    const isObject = typeof error === 'object' && error !== null && 'message' in error
    return isObject && typeof error.message === 'string' ? error.message : undefined
  } catch {
    return undefined
  }
}

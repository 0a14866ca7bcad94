import { Fault } from '@shared/fault/fault.ts'
import { isDeeperThan } from '@shared/http/json-depth.ts'

/** Where to ask, and how long to wait. */
export interface MachineDoor {
  readonly url: string
  readonly apiKey: string | undefined
  readonly timeoutMs: number
}

export interface MachineReply {
  readonly status: number
  readonly headers: Headers
  /** Undefined when it is no JSON, or is nested too deeply. */
  readonly json: unknown
}

/** Asks one server. */
export type Ask = (path: string, body?: unknown) => Promise<MachineReply>

const LARGEST_REPLY_BYTES = 4 * 1024 * 1024
const DEEPEST_REPLY = 32

/**
 * One question to a server that the operator named: GET, or POST when there is a body. Its address may be a private one; it
 * may not lead elsewhere, send without end, or take its time.
 * @throws Fault `invalid_request` about `url`: it cannot be reached, with `details.isTimeout` when it merely took too long
 */
export const askMachine = async (
  { apiKey, timeoutMs, url }: MachineDoor,
  call: { readonly path: string; readonly body?: unknown },
  signal: AbortSignal,
): Promise<MachineReply> => {
  signal.throwIfAborted()
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url + call.path, {
      method: call.body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        // What is small on the way must not be large here.
        'accept-encoding': 'identity',
        connection: 'close',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      redirect: 'manual',
      keepalive: false,
      decompress: false,
      signal: AbortSignal.any([signal, timeout]),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    })
    refuseRedirect(url, response)
    const { headers, status } = response
    return { status, headers, json: parse(await readBounded(response, url)) }
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof Fault ? error : unreachable({ url, timeoutMs, isTimeout: timeout.aborted }, error)
  }
}

const refuseRedirect = (url: string, { headers, status }: Response): void => {
  if (status < 300 || status > 399 || status === 304) return
  const location = headers.get('location') ?? ''
  const target = URL.canParse(location, url) ? new URL(location, url).origin : 'elsewhere'
  throw wrongUrl(`${url} sends its callers to ${target.slice(0, 200)}. Add that URL itself, if you trust it.`)
}

const readBounded = async (response: Response, url: string): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    if (length > LARGEST_REPLY_BYTES)
      throw wrongUrl(`${url} answers with more than ${LARGEST_REPLY_BYTES} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const parse = (body: Uint8Array): unknown => {
  if (isDeeperThan(body, DEEPEST_REPLY)) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}

interface Trouble {
  readonly url: string
  readonly timeoutMs: number
  readonly isTimeout: boolean
}

const unreachable = ({ isTimeout, timeoutMs, url }: Trouble, cause: unknown): Fault => {
  if (isTimeout)
    return wrongUrl(
      `${url} did not answer within ${timeoutMs / 1000} seconds. Look whether the server is up, and whether a firewall is in between.`,
      { cause, isTimeout },
    )
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (/CERT|SELF_SIGNED|ISSUER/.test(code))
    return wrongUrl(`The certificate of ${url} is not one that this machine trusts (${code}).`, { cause })
  return wrongUrl(
    `Nothing answers at ${url}. Start the server there, and let it listen on an address that this machine can reach.`,
    { cause },
  )
}

export const wrongUrl = (
  message: string,
  { cause, isTimeout = false }: { readonly cause?: unknown; readonly isTimeout?: boolean } = {},
): Fault =>
  new Fault('invalid_request', message, {
    param: 'url',
    ...(isTimeout ? { details: { isTimeout } } : {}),
    ...(cause === undefined ? {} : { cause }),
  })

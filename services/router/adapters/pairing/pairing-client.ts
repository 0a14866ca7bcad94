import {
  RefusalReply,
  Hello,
  StartReply,
  FinishReply,
  WaitReply,
  STRANGERS_PREFIX,
} from '../../features/joining/pairing-messages.ts'
import { HostRefused, HostUnreachable } from '../../features/joining/pairing-ports.ts'
import type { PairingWire } from '../../features/joining/pairing-ports.ts'
import { showPeerAddress } from '../../policy/pairing/peer-address.ts'
import type { PeerAddress } from '../../policy/pairing/peer-address.ts'
import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

const HELLO_LIMIT_BYTES = 32 * 1024
const REPLY_LIMIT_BYTES = 12 * 1024 * 1024
const HELLO_TIMEOUT_MS = 5000
const STEP_TIMEOUT_MS = 20_000
/** Longer than the host holds it. */
const WAIT_TIMEOUT_MS = 35_000
const GIVE_UP_TIMEOUT_MS = 3000

interface Ask<Schema extends TSchema> {
  readonly address: PeerAddress
  readonly path: string
  readonly tls: BunFetchRequestInitTLS
  readonly body?: unknown
  readonly reply: Schema
  readonly limitBytes: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** HTTPS to the door that an inviting node has for nodes. */
export const createPairingClient = (): PairingWire => ({
  hello: (address, signal) =>
    ask({
      address,
      path: 'hello',
      // Nothing of it is believed: what it leads to fails unless the code is proved over this very certificate.
      tls: { rejectUnauthorized: false },
      reply: Hello,
      limitBytes: HELLO_LIMIT_BYTES,
      timeoutMs: HELLO_TIMEOUT_MS,
      signal,
    }),
  pinned(address, certificate) {
    const tls = { ca: certificate, checkServerIdentity: () => undefined }
    const step = { address, tls, limitBytes: REPLY_LIMIT_BYTES, timeoutMs: STEP_TIMEOUT_MS }
    return {
      start: (body, signal) => ask({ ...step, path: 'pair/start', body, signal, reply: StartReply }),
      finish: (body, signal) => ask({ ...step, path: 'pair/finish', body, signal, reply: FinishReply }),
      wait: (body, signal) =>
        ask({ ...step, path: 'pair/wait', body, signal, reply: WaitReply, timeoutMs: WAIT_TIMEOUT_MS }),
      giveUp(pairing) {
        const init = {
          body: { pairing },
          timeoutMs: GIVE_UP_TIMEOUT_MS,
          signal: new AbortController().signal,
        }
        void send({ ...step, ...init, path: 'pair/stop' }).catch(() => undefined)
      },
    }
  },
})

/** @throws HostUnreachable, HostRefused, or the reason of the signal */
const ask = async <Schema extends TSchema>(asked: Ask<Schema>): Promise<Static<Schema>> => {
  const { isOk, value } = await send(asked).catch((error: unknown) => {
    asked.signal.throwIfAborted()
    throw new HostUnreachable(error)
  })
  if (!isOk) throw refusalOf(value)
  if (Value.Check(asked.reply, value)) return value
  throw new HostRefused({ problem: 'broken-message', attemptsLeft: undefined })
}

const send = async (asked: Omit<Ask<TSchema>, 'reply'>) => {
  const { address, body, limitBytes, path, signal, timeoutMs, tls } = asked
  const response = await fetch(`https://${showPeerAddress(address)}${STRANGERS_PREFIX}${path}`, {
    tls,
    redirect: 'manual',
    // A connection that was opened with other trust must not be taken up again.
    keepalive: false,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    ...(body === undefined
      ? {}
      : {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
  })
  return { isOk: response.status === 200, value: parse(await readText(response, limitBytes)) }
}

const refusalOf = (value: unknown): HostRefused =>
  new HostRefused(
    Value.Check(RefusalReply, value)
      ? { problem: value.problem, attemptsLeft: value.attemptsLeft }
      : { problem: 'broken-message', attemptsLeft: undefined },
  )

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** At most so many bytes: who answers may be anybody. */
const readText = async (response: Response, limitBytes: number): Promise<string> => {
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength
    if (bytes > limitBytes) return ''
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}

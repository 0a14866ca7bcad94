import { decodeFault } from '@shared/fault/fault-wire.ts'
import { Fault } from '@shared/fault/fault.ts'

/**
 * Something that is lent for as long as somebody holds it: a reply whose first line is the grant and that then stays open.
 * Whoever borrows ends it by closing the connection, whoever lends by a last line with the reason. So the end of either
 * process is the end of the loan, without anybody counting.
 *
 * Lines of JSON: `{"grant": …}`, empty lines as signs of life, `{"ended": "reason"}`.
 */
export interface HeldGrant<Grant> {
  readonly grant: Grant
  /** Resolves, never rejects, with the reason: the lender's, or why it is no longer heard. Also after `release`. */
  readonly ended: Promise<string>
  /** Gives it back. Idempotent. */
  release(): void
}

export interface GrantTimer {
  /** Calls back once after `delayMs`; returns how to cancel it. */
  after(delayMs: number, callback: () => void): () => void
}

const SIGN_OF_LIFE_EVERY_MS = 5000
const SILENT_FOR_TOO_LONG_MS = 20_000
const LONGEST_GRANT_CHARACTERS = 64 * 1024

/**
 * The lender's reply.
 * @param loan `ended` is its own end; `onLeft` is called once, when the borrower has let go
 */
export const heldReply = <Grant>(
  grant: Grant,
  loan: { readonly ended: Promise<string>; readonly onLeft: () => void; readonly signal: AbortSignal },
  timer: GrantTimer,
): Response => {
  const encoder = new TextEncoder()
  let stopSigns = (): void => undefined
  let isOver = false
  const over = (): boolean => {
    const wasOver = isOver
    isOver = true
    stopSigns()
    return wasOver
  }
  const leave = (): void => {
    if (!over()) loan.onLeft()
  }
  loan.signal.addEventListener('abort', leave, { once: true })
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (line: string): void => controller.enqueue(encoder.encode(`${line}\n`))
      const sign = (): void => {
        write('')
        stopSigns = timer.after(SIGN_OF_LIFE_EVERY_MS, sign)
      }
      write(JSON.stringify({ grant }))
      sign()
      void loan.ended.then((ended) => {
        if (over()) return
        write(JSON.stringify({ ended }))
        controller.close()
      })
    },
    cancel: leave,
  })
  if (loan.signal.aborted) leave()
  return new Response(body, {
    headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-cache' },
  })
}

/**
 * The borrower's end of it.
 * @throws Fault as the lender said, `unavailable` when the reply is cut off before the grant
 */
export const readHeldReply = async <Grant>(
  response: Response,
  timer: GrantTimer,
): Promise<HeldGrant<Grant>> => {
  if (!response.ok) throw decodeFault(faultIn(await response.text()))
  const reader = response.body?.getReader()
  if (reader === undefined) throw cutOff()
  const lines = new LineReader(reader)
  const release = (): void => void reader.cancel().catch(() => undefined)
  try {
    const first = parseLine(await lines.next())
    if (first === undefined || !('grant' in first)) throw cutOff()
    // Both ends are built from the types of this folder.
    return { grant: first['grant'] as Grant, ended: watchEnd(lines, timer, release), release }
  } catch (error) {
    release()
    throw error instanceof Fault ? error : cutOff(error)
  }
}

const watchEnd = async (lines: LineReader, timer: GrantTimer, release: () => void): Promise<string> => {
  for (;;) {
    let isSilent = false
    const stopTimer = timer.after(SILENT_FOR_TOO_LONG_MS, () => {
      isSilent = true
      release()
    })
    const line = await lines.next().catch(() => undefined)
    stopTimer()
    if (isSilent) return 'nothing was heard of it any more'
    if (line === undefined) return 'the connection to it has ended'
    const ended = parseLine(line)?.['ended']
    if (typeof ended === 'string') return ended
  }
}

class LineReader {
  readonly #decoder = new TextDecoder()
  #text = ''

  constructor(private readonly reader: Pick<ReadableStreamDefaultReader<Uint8Array>, 'read'>) {}

  /** Undefined at the end. Rejects when the connection broke. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n')
      if (end >= 0) {
        const line = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 1)
        return line
      }
      if (this.#text.length > LONGEST_GRANT_CHARACTERS) throw cutOff()
      const { done, value } = await this.reader.read()
      if (done) return undefined
      this.#text += this.#decoder.decode(value, { stream: true })
    }
  }
}

const cutOff = (cause?: unknown): Fault =>
  new Fault('unavailable', 'The answer was cut off before anything was lent. Try again.', {
    retryAfterSeconds: 2,
    cause,
  })

const parseLine = (line: string | undefined): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(line ?? '')
    // An object or an array: both are read by name.
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

const faultIn = (text: string): unknown => parseLine(text)?.['fault']

import { Fault } from '@shared/fault/fault.ts'
import type { FaultCode } from '@shared/fault/fault.ts'
import { checkJsonDepth } from '@shared/http/json-depth.ts'
import { bodyPatienceMs } from '../../policy/body-patience.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { Budget, BudgetTab } from './budget.ts'
import type { Visit } from './visit.ts'

/** Routes that are declared without a body take this much: some clients send `{}` with every POST. */
const STRAY_BODY_BYTES = 16 * 1024
/** Announced bodies up to this are read in one go: that is faster, and they have no time to be slow in. */
const SMALL_BODY_BYTES = 64 * 1024
/** However steadily it grows, a body that is kept in memory is there by then. */
const WHOLE_BODY_MS = 10 * 60_000

/** A body that is passed on as it comes. */
export interface StreamedBody {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>
  /** Fires, with the Fault, when the client sends more than the route takes, or too slowly. */
  readonly refused: AbortSignal
}

export interface RequestBodyPorts {
  readonly clock: RouterClock
  /** Bytes of bodies that are in memory because they are being read, or their requests wait or were just sent. */
  readonly bodyBytes: Budget
}

/** Reads what clients send, as far as their routes take it and no slower than is fair. */
export interface RequestBodies {
  /**
   * Reads a JSON body into memory; the visit holds its room.
   * @throws Fault `too_large` as soon as it is longer than the route takes, `request_timeout` when it comes too slowly,
   * `overloaded` when all bodies together are too much, `invalid_request` when it is nested too deeply to be parsed
   */
  readWhole(
    visit: Pick<Visit, 'hold'>,
    request: Request,
    limitBytes: number,
  ): Promise<Uint8Array<ArrayBuffer>>
  /** The body as a stream that ends in a Fault when it grows too long or comes too slowly. @throws Fault `too_large` */
  stream(request: Request, limitBytes: number): StreamedBody | undefined
}

export const createRequestBodies = ({ bodyBytes, clock }: RequestBodyPorts): RequestBodies => ({
  async readWhole(visit, request, routeLimitBytes) {
    const limitBytes = limitOf(routeLimitBytes)
    checkAnnouncedLength(request, limitBytes)
    if (request.body === null) return new Uint8Array()
    const tab = bodyBytes.openTab()
    visit.hold(() => tab.close())
    const body = isSmall(request)
      ? await readSmall(request, tab, clock)
      : await readInPieces(
          new PatientReader(request.body, { limitBytes, withinMs: WHOLE_BODY_MS, clock }),
          tab,
        )
    checkJsonDepth(body)
    return body
  },
  stream(request, routeLimitBytes) {
    const limitBytes = limitOf(routeLimitBytes)
    checkAnnouncedLength(request, limitBytes)
    if (request.body === null) return undefined
    return streamOf(new PatientReader(request.body, { limitBytes, withinMs: Infinity, clock }))
  },
})

/** Failures that end the reading of a body. */
const GIVEN_UP: readonly FaultCode[] = ['too_large', 'request_timeout', 'overloaded']

/**
 * Whether a client is told to go because it would go on sending what nobody reads; small rests are read to the end, so
 * that the connection can be used again.
 */
export const isBodyLeftUnread = (request: Request, { code }: Fault): boolean =>
  request.body !== null && !isSmall(request) && (!request.bodyUsed || GIVEN_UP.includes(code))

const limitOf = (bodyLimitBytes: number): number => (bodyLimitBytes === 0 ? STRAY_BODY_BYTES : bodyLimitBytes)

/** @throws Fault `too_large` when the client says at once that it will send more than the route takes */
const checkAnnouncedLength = ({ headers }: Request, limitBytes: number): void => {
  if (Number(headers.get('content-length') ?? 0) > limitBytes) throw tooLarge(limitBytes)
}

/** Bun's parser holds clients to the length that they announce. */
const isSmall = ({ headers }: Request): boolean =>
  !headers.has('transfer-encoding') && Number(headers.get('content-length') ?? Infinity) <= SMALL_BODY_BYTES

const readSmall = async (
  request: Request,
  tab: BudgetTab,
  clock: RouterClock,
): Promise<Uint8Array<ArrayBuffer>> => {
  const sizeBytes = Number(request.headers.get('content-length'))
  tab.add(sizeBytes)
  const withinMs = bodyPatienceMs({ receivedBytes: sizeBytes, waitedMs: 0 })
  return new Uint8Array(await inTime(request.arrayBuffer(), withinMs, clock))
}

const readInPieces = async (reader: PatientReader, tab: BudgetTab): Promise<Uint8Array<ArrayBuffer>> => {
  const pieces: Uint8Array[] = []
  for (;;) {
    const piece = await reader.next()
    if (piece === undefined) return joined(pieces)
    try {
      tab.add(piece.length)
    } catch (error) {
      reader.stop()
      throw error
    }
    pieces.push(piece)
  }
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

const streamOf = (reader: PatientReader): StreamedBody => {
  const refusing = new AbortController()
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const piece = await reader.next()
          if (piece === undefined) controller.close()
          else controller.enqueue(piece)
        } catch (error) {
          if (error instanceof Fault) refusing.abort(error)
          controller.error(error)
        }
      },
      cancel: () => reader.stop(),
    },
    { highWaterMark: 0 },
  )
  return { stream, refused: refusing.signal }
}

interface ReadingLimits {
  readonly limitBytes: number
  /** Milliseconds in which all of it must be there. */
  readonly withinMs: number
  readonly clock: RouterClock
}

/** Counts what a client sends, and the time in which it is waited for. */
class PatientReader {
  private readonly reader
  private receivedBytes = 0
  private waitedMs = 0

  constructor(
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
    private readonly limits: ReadingLimits,
  ) {
    this.reader = body.getReader()
  }

  /** The next piece; undefined at the end. @throws Fault `too_large`, `request_timeout`: nothing is read after it */
  async next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { clock, limitBytes, withinMs } = this.limits
    const startedAt = clock.now()
    const { receivedBytes, waitedMs } = this
    const patienceMs = Math.min(bodyPatienceMs({ receivedBytes, waitedMs }), withinMs - waitedMs)
    try {
      const { value } = await inTime(this.reader.read(), patienceMs, clock)
      this.waitedMs += clock.now() - startedAt
      this.receivedBytes += value?.length ?? 0
      if (this.receivedBytes > limitBytes) throw tooLarge(limitBytes)
      return value
    } catch (error) {
      this.stop()
      throw error
    }
  }

  stop(): void {
    // It may have ended already, in an error that was told.
    this.reader.cancel().catch(() => undefined)
  }
}

/** @throws Fault `request_timeout` */
const inTime = async <Value>(value: Promise<Value>, withinMs: number, clock: RouterClock): Promise<Value> => {
  const late = Promise.withResolvers<never>()
  const takeBack = clock.after(withinMs, () => late.reject(tooSlow()))
  try {
    return await Promise.race([value, late.promise])
  } finally {
    takeBack()
  }
}

const tooLarge = (limitBytes: number): Fault =>
  new Fault('too_large', `The body is larger than the ${limitBytes} bytes that this route takes.`, {
    details: { limitBytes },
  })

const tooSlow = (): Fault =>
  new Fault('request_timeout', 'The body came too slowly, so it was given up. Send it again.')

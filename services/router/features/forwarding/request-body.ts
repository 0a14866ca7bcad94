import { Fault } from '@shared/fault/fault.ts'

/** Routes that are declared without a body take this much: some clients send `{}` with every POST. */
const STRAY_BODY_BYTES = 16 * 1024

/** A body that is passed on as it comes. */
export interface StreamedBody {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>
  /** Fires, with the Fault, when the client sends more than the route takes. */
  readonly tooLarge: AbortSignal | undefined
}

/** @throws Fault `too_large` when the client says at once that it will send more than the route takes */
export const checkAnnouncedLength = (request: Request, bodyLimitBytes: number): void => {
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > limitOf(bodyLimitBytes)) throw tooLarge(bodyLimitBytes)
}

/** Reads the whole body into memory. @throws Fault `too_large` as soon as it is longer than the route takes */
export const readWholeBody = async (
  request: Request,
  bodyLimitBytes: number,
): Promise<Uint8Array<ArrayBuffer>> => {
  checkAnnouncedLength(request, bodyLimitBytes)
  if (request.body === null) return new Uint8Array()
  if (isLengthAnnounced(request)) return new Uint8Array(await request.arrayBuffer())
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of request.body) {
    sizeBytes += chunk.length
    if (sizeBytes > limitOf(bodyLimitBytes)) throw tooLarge(bodyLimitBytes)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

/** The body as a stream that ends in a Fault when it grows too long. @throws Fault `too_large` */
export const streamBody = (request: Request, bodyLimitBytes: number): StreamedBody | undefined => {
  checkAnnouncedLength(request, bodyLimitBytes)
  const { body } = request
  if (body === null) return undefined
  if (isLengthAnnounced(request)) return { stream: body, tooLarge: undefined }
  const exceeded = new AbortController()
  let sizeBytes = 0
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      sizeBytes += chunk.length
      if (sizeBytes <= limitOf(bodyLimitBytes)) return controller.enqueue(chunk)
      const fault = tooLarge(bodyLimitBytes)
      exceeded.abort(fault)
      controller.error(fault)
    },
  })
  return { stream: body.pipeThrough(counter), tooLarge: exceeded.signal }
}

/** Bun's parser holds clients to the length that they announce. */
const isLengthAnnounced = ({ headers }: Request): boolean =>
  headers.has('content-length') && !headers.has('transfer-encoding')

const limitOf = (bodyLimitBytes: number): number => (bodyLimitBytes === 0 ? STRAY_BODY_BYTES : bodyLimitBytes)

const tooLarge = (bodyLimitBytes: number): Fault =>
  new Fault(
    'too_large',
    `The body is larger than the ${limitOf(bodyLimitBytes)} bytes that this route takes.`,
    {
      details: { limitBytes: limitOf(bodyLimitBytes) },
    },
  )

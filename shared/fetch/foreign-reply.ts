import { Fault } from '@shared/fault/fault.ts'
import type { WireReply } from './connector.ts'
import type { DataUrlContent } from './data-url.ts'
import type { FetchPolicy } from './fetch-policy.ts'
import type { FetchWatch } from './fetch-watch.ts'
import { foreignBody, tooLarge } from './foreign-body.ts'
import type { Hop } from './next-hop.ts'
import { wireFault } from './wire-fault.ts'

/** The head of a reply that came from elsewhere: nothing in it is to be trusted, its texts are not for our callers. */
export interface ForeignReply {
  readonly status: number
  /** Where the last redirect led. */
  readonly url: string
  /** Without those that described how the body was packed. */
  readonly headers: Headers
  /** In lower case, without parameters; empty when the server named none. */
  readonly contentType: string
  /** Unpacked, and read at most once. The limits hold on the way: a Fault ends it. Leaving the loop ends the connection. */
  readonly body: AsyncIterable<Uint8Array>
  /** The whole body. @throws Fault */
  bytes(): Promise<Uint8Array>
  /** Ends the connection; for those who do not read the body. */
  close(): void
}

export interface ReplyParts {
  readonly wire: WireReply
  readonly hop: Hop
  readonly policy: FetchPolicy
  readonly watch: FetchWatch
  readonly param: string
}

/** @throws Fault when what the head says is already too much, or of a kind that is not wanted */
export const foreignReply = (parts: ReplyParts): ForeignReply => {
  const { hop, param, policy, watch, wire } = parts
  const { maxBytes } = policy.limits
  const close = (): void => {
    watch.end()
    wire.close()
  }
  try {
    const headers = headersOf(wire)
    const contentType = contentTypeOf(headers)
    if (wire.status >= 200 && wire.status < 300) checkContentType(contentType, policy, param)
    const encoding = headers.get('content-encoding') ?? undefined
    if (hop.method !== 'HEAD' && Number(headers.get('content-length') ?? 0) > maxBytes)
      throw tooLarge(param, maxBytes)
    const body = foreignBody(watched(parts, close), { param, maxBytes, encoding })
    if (encoding !== undefined)
      for (const name of ['content-encoding', 'content-length']) headers.delete(name)
    watch.enter('reading')
    return {
      status: wire.status,
      url: hop.url.href,
      headers,
      contentType,
      body,
      bytes: () => collect(body),
      close,
    }
  } catch (error) {
    wire.close()
    throw error
  }
}

/** The content of a data URL in the shape of a reply. @throws Fault `unsupported_media_type` */
export const dataReply = (
  { bytes, contentType }: DataUrlContent,
  policy: FetchPolicy,
  param: string,
): ForeignReply => {
  checkContentType(contentType, policy, param)
  return {
    status: 200,
    url: 'data:',
    headers: new Headers({ 'content-type': contentType, 'content-length': String(bytes.length) }),
    contentType,
    body: (async function* () {
      yield bytes
    })(),
    bytes: () => Promise.resolve(bytes),
    close: () => undefined,
  }
}

/** Only waiting for the server counts as silence; while the reader is busy, the server has to wait. */
async function* watched(
  { param, watch, wire }: ReplyParts,
  close: () => void,
): AsyncGenerator<Uint8Array, void> {
  const pieces = wire.body[Symbol.asyncIterator]()
  try {
    while (true) {
      watch.enter('waiting')
      const { done, value } = await watch.race(pieces.next())
      watch.enter('reading')
      if (done === true) return
      yield value
    }
  } catch (error) {
    throw watch.signal.aborted ? watch.signal.reason : wireFault(error, param)
  } finally {
    close()
  }
}

const headersOf = (wire: WireReply): Headers => {
  const headers = new Headers()
  for (const [name, value] of wire.headers) headers.append(name, value)
  return headers
}

const contentTypeOf = (headers: Headers): string =>
  (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

const checkContentType = (type: string, { allowedContentTypes }: FetchPolicy, param: string): void => {
  if (allowedContentTypes === undefined) return
  const isAllowed = allowedContentTypes.some((allowed) =>
    allowed.endsWith('/*') ? type.startsWith(allowed.slice(0, -1)) : type === allowed,
  )
  if (isAllowed) return
  throw new Fault(
    'unsupported_media_type',
    `What the URL in '${param}' names is of another kind than ${allowedContentTypes.join(', ')}.`,
    { param },
  )
}

const collect = async (body: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}

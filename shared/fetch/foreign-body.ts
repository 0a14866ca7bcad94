import { Readable, pipeline } from 'node:stream'
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Fault } from '@shared/fault/fault.ts'

/** What we ask servers for. `deflate` is understood but not asked for: its servers disagree on what it is. */
export const ACCEPTED_ENCODINGS = 'gzip, br'

const UNPACK: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/** A packed body may be a little longer than what is in it. */
const PACKING_BYTES = 64 * 1024

export interface BodyOptions {
  readonly param: string
  readonly maxBytes: number
  /** Value of `content-encoding`. */
  readonly encoding: string | undefined
}

/**
 * The body, unpacked piece by piece; both what comes in and what comes out is counted, so neither an endless body
 * nor a small one that unpacks to gigabytes costs more than `maxBytes`.
 * @throws Fault `too_large` on the way, `unavailable` for an encoding that nobody asked for
 */
export const foreignBody = (
  wire: AsyncIterable<Uint8Array>,
  options: BodyOptions,
): AsyncIterable<Uint8Array> => {
  const encoding = options.encoding?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity') return capBytes(wire, options.maxBytes, options)
  const unpack = Object.hasOwn(UNPACK, encoding) ? UNPACK[encoding] : undefined
  if (unpack === undefined)
    throw new Fault(
      'unavailable',
      `The server of the URL in '${options.param}' answers in an encoding nobody asked for.`,
      {
        param: options.param,
      },
    )
  const packed = capBytes(wire, options.maxBytes + PACKING_BYTES, options)
  return capBytes(unpacked(packed, unpack(), options.param), options.maxBytes, options)
}

/** @throws Fault `too_large` */
export const tooLarge = (param: string, maxBytes: number): Fault =>
  new Fault('too_large', `What the URL in '${param}' names is larger than ${maxBytes} bytes.`, {
    param,
    details: { maxBytes },
  })

async function* capBytes(
  source: AsyncIterable<Uint8Array>,
  most: number,
  { maxBytes, param }: BodyOptions,
): AsyncGenerator<Uint8Array, void> {
  let total = 0
  for await (const piece of source) {
    total += piece.length
    if (total > most) throw tooLarge(param, maxBytes)
    yield piece
  }
}

async function* unpacked(
  packed: AsyncIterable<Uint8Array>,
  transform: Transform,
  param: string,
): AsyncGenerator<Uint8Array, void> {
  let sourceFailure: unknown
  const source = async function* (): AsyncGenerator<Uint8Array, void> {
    try {
      yield* packed
    } catch (error) {
      sourceFailure = error
      throw error
    }
  }
  // It tells its failures through the transform, which is read below.
  pipeline(Readable.from(source()), transform, () => undefined)
  try {
    yield* transform
  } catch (error) {
    throw sourceFailure ?? notUnpacked(param, error)
  }
}

const notUnpacked = (param: string, cause: unknown): Fault =>
  new Fault('unavailable', `The server of the URL in '${param}' sent a body that cannot be unpacked.`, {
    param,
    cause,
  })

import { Fault } from '@shared/fault/fault.ts'
import type { PeerArrival } from './peer-door.ts'
import { isHandshake } from '../forwarding/find-route.ts'

/** Paths of what nodes ask each other about themselves. No client gets here, whatever it sends. */
export const PEER_CONTROL_PREFIX = '/_skein/peer/'

/** Something that members may ask this node itself. */
export interface PeerControl {
  /** Upper case; `WS` for a WebSocket. */
  readonly method: string
  /** Below `PEER_CONTROL_PREFIX`; answers this path and all below it. */
  readonly path: string
  readonly answer: (request: Request, arrival: PeerArrival) => Response | Promise<Response>
}

/** What answers a control path. @throws Fault `not_found` */
export const findPeerControl = (
  controls: readonly PeerControl[],
  request: Request,
  path: string,
): PeerControl => {
  const method = isHandshake(request) ? 'WS' : request.method
  const found = controls
    .filter((control) => control.method === method && `${path}/`.startsWith(`${control.path}/`))
    .toSorted((one, other) => other.path.length - one.path.length)[0]
  if (found !== undefined) return found
  throw new Fault(
    'not_found',
    `This node knows no ${method} ${path.slice(0, 200)}; it may be of another version.`,
  )
}

const LARGEST_MEASURE_BYTES = 64 * 1024 * 1024
const PIECE_BYTES = 256 * 1024

/** `GET …/bytes?count=N`: so many zeros, to see how fast the way is. */
export const bytesControl: PeerControl = {
  method: 'GET',
  path: `${PEER_CONTROL_PREFIX}bytes`,
  answer(request) {
    const text = new URL(request.url).searchParams.get('count') ?? ''
    const count = /^\d{1,8}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY
    if (count > LARGEST_MEASURE_BYTES) {
      throw new Fault(
        'invalid_request',
        `Invalid 'count': a number of bytes up to ${LARGEST_MEASURE_BYTES}.`,
        {
          param: 'count',
        },
      )
    }
    return new Response(zeros(count), { headers: { 'content-type': 'application/octet-stream' } })
  },
}

const zeros = (count: number): ReadableStream<Uint8Array> => {
  const piece = new Uint8Array(Math.min(PIECE_BYTES, count))
  let left = count
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (left === 0) return controller.close()
        const next = piece.subarray(0, Math.min(left, piece.length))
        left -= next.length
        // A copy: what is handed over may be taken away from us.
        controller.enqueue(next.slice())
      },
    },
    { highWaterMark: 0 },
  )
}

/** `GET …/metrics`: figures of all processes of this node, in the text format of Prometheus. */
export const metricsControl = (readNodeMetrics: () => Promise<string>): PeerControl => ({
  method: 'GET',
  path: `${PEER_CONTROL_PREFIX}metrics`,
  answer: async () =>
    new Response(await readNodeMetrics(), { headers: { 'content-type': 'text/plain; charset=utf-8' } }),
})

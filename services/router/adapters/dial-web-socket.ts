import type { DialledSocket, WebSocketDial } from '../features/forwarding/service-transport.ts'

const NO_STATUS = 1005
/** How Bun words the refusal of a handshake; every other failure is of the connection. */
const REFUSED = /Expected 101 status code/

/** How a socket is opened, beside what the client sends. */
export interface DialOptions {
  /** Of `wss:`. */
  readonly tls?: { readonly ca: string; readonly serverName: string }
  /** Ends the socket at once, opened or not. */
  readonly signal?: AbortSignal
  /** The socket was open, and is no more. */
  readonly onClosed?: () => void
}

/**
 * Opens a WebSocket; it is paused. Undefined when there was an answer that is none. Rejects when no connection could be
 * made, or with the reason of the signal.
 * @param url `ws:`, `wss:` or `ws+unix:<path>:<path and query>`
 */
export const dialWebSocket = (
  url: string,
  request: WebSocketDial,
  { onClosed, signal, tls }: DialOptions = {},
): Promise<DialledSocket | undefined> => {
  // Bun's own WebSocket takes headers and `ws+unix:`, and its reading can be held up; the standard one knows neither.
  const socket = new WebSocket(url, {
    headers: request.headers.toJSON(),
    protocols: [...request.protocols],
    ...(tls === undefined ? {} : { tls }),
  })
  socket.binaryType = 'arraybuffer'
  const { promise, resolve, reject } = Promise.withResolvers<DialledSocket | undefined>()
  const end = (): void => {
    reject(signal?.reason)
    socket.terminate()
  }
  signal?.addEventListener('abort', end, { once: true })
  socket.addEventListener('open', () => {
    socket.pause()
    resolve(wrap(socket))
    if (onClosed !== undefined) socket.addEventListener('close', onClosed)
  })
  socket.addEventListener('error', (event) => {
    const message = 'message' in event ? String(event.message) : 'connection failed'
    if (REFUSED.test(message)) resolve(undefined)
    else reject(new Error(message))
  })
  socket.addEventListener('close', () => signal?.removeEventListener('abort', end))
  return promise
}

const wrap = (socket: Bun.WebSocket): DialledSocket => {
  const wrapped: DialledSocket = {
    protocol: socket.protocol,
    get bufferedBytes() {
      return socket.bufferedAmount
    },
    send: (message) => socket.send(message),
    close({ code, reason }) {
      if (code === NO_STATUS) socket.close()
      else socket.close(code, reason)
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    onMessage: () => undefined,
    onClose: () => undefined,
  }
  // `binaryType` makes of whatever is no string an ArrayBuffer.
  socket.addEventListener('message', ({ data }) =>
    wrapped.onMessage(typeof data === 'string' ? data : new Uint8Array(data as ArrayBuffer)),
  )
  socket.addEventListener('close', ({ code, reason }) => wrapped.onClose({ code, reason }))
  return wrapped
}

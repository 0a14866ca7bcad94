import type { ServiceAddress } from '@shared/contracts/service-address.ts'
import type { DialledSocket, WebSocketDial } from '../features/forwarding/service-transport.ts'

const NO_STATUS = 1005
/** How Bun words the refusal of a handshake; every other failure is of the connection. */
const REFUSED = /Expected 101 status code/

/**
 * Opens a WebSocket to a service; it is paused. Undefined when the service answered with something else than a WebSocket.
 * Rejects when no connection could be made.
 */
export const dialWebSocket = (
  address: ServiceAddress,
  request: WebSocketDial,
): Promise<DialledSocket | undefined> => {
  const url =
    address.type === 'unix'
      ? `ws+unix://${address.path}:${request.pathAndQuery}`
      : `${address.url.replace(/^http/, 'ws')}${request.pathAndQuery}`
  // Bun's own WebSocket takes headers and `ws+unix:`, and its reading can be held up; the standard one knows neither.
  const socket = new WebSocket(url, { headers: request.headers.toJSON(), protocols: [...request.protocols] })
  socket.binaryType = 'arraybuffer'
  const { promise, resolve, reject } = Promise.withResolvers<DialledSocket | undefined>()
  socket.addEventListener('open', () => {
    socket.pause()
    resolve(wrap(socket))
  })
  socket.addEventListener('error', (event) => {
    const message = 'message' in event ? String(event.message) : 'connection failed'
    if (REFUSED.test(message)) resolve(undefined)
    else reject(new Error(message))
  })
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

import type { OutboundRequest, WebSocketDial } from '../features/forwarding/service-transport.ts'

/** Turns the question why a WebSocket was refused into a plain request: only that shows the reply. */
const HANDSHAKE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
}

/** The reply with which a WebSocket was refused; undefined when it is accepted now, and nobody would listen on it. */
export const askWhyRefused = async (
  { headers, pathAndQuery }: WebSocketDial,
  send: (request: OutboundRequest) => Promise<Response>,
): Promise<Response | undefined> => {
  const asking = new AbortController()
  const handshake = new Headers(headers)
  for (const [name, value] of Object.entries(HANDSHAKE)) handshake.set(name, value)
  const reply = await send({
    method: 'GET',
    pathAndQuery,
    headers: handshake,
    body: null,
    signal: asking.signal,
  })
  if (reply.status !== 101) return reply
  asking.abort()
  return undefined
}

import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Elysia } from 'elysia'
import { visitIdOf } from '../usage/visit-id-of.ts'
import { ResponseSocket } from './response-socket.ts'
import type { ResponseSocketPorts } from './response-socket.ts'

/** For `websocket` of the app: Bun has one limit for all sockets of a server. */
export const RESPONSES_SOCKET_LIMITS = { maxPayloadLength: 10 * 1024 * 1024 } as const

/** The model is named in each message: the service finds it. */
const FACTS: RouteFacts = {
  dialect: 'openai',
  capability: 'chat',
  scope: 'inference',
  kind: 'placed',
  bodyLimitBytes: 0,
  admission: 'none',
}

const PATHS = ['/v1/responses', '/responses'] as const

export const responsesSocketPlugin = (ports: ResponseSocketPorts) => {
  const plugin = new Elysia({ name: 'chat/responses-socket' })
  const sockets = new Map<string, ResponseSocket>()
  for (const path of PATHS) {
    plugin.ws(path, {
      detail: routeDetail(FACTS, {
        tag: 'Responses',
        summary: 'Create responses over a WebSocket, one after the other',
      }),
      open(socket) {
        const end = {
          visitId: visitIdOf(socket.data.request),
          send: (message: string) => socket.raw.send(message),
          close: (code: number, reason: string) => socket.raw.close(code, reason),
        }
        sockets.set(socket.id, new ResponseSocket(ports, end))
      },
      message: (socket, message) => sockets.get(socket.id)?.message(message),
      drain: (socket) => sockets.get(socket.id)?.drain(),
      close(socket) {
        sockets.get(socket.id)?.close()
        sockets.delete(socket.id)
      },
    })
  }
  return plugin
}

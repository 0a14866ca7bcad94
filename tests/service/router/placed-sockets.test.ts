import { afterEach, beforeEach, expect, test } from 'bun:test'
import { PeerUnreachable } from '@service/router/features/other-nodes/peer-transport.ts'
import type { DialledSocket, WebSocketDial } from '@service/router/features/forwarding/service-transport.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { createScriptedNodes, nodeIdFor } from '../../support/scripted-nodes.ts'
import type { ScriptedNodes } from '../../support/scripted-nodes.ts'
import { routeEntry } from '../../support/scripted-service.ts'

let nodes: ScriptedNodes
let live: LiveRouter | undefined
let dials: WebSocketDial[]
beforeEach(() => {
  dials = []
})
afterEach(() => live?.close())

const start = async (models: readonly string[]): Promise<LiveRouter> => {
  nodes = createScriptedNodes(models, { mini: ['llama'], studio: ['llama'] })
  live = await startLiveRouter({
    models,
    cluster: nodes.cluster,
    chat: {
      routes: [
        routeEntry('WS', '/v1/responses', { capability: 'chat' }),
        routeEntry('WS', '/local', { kind: 'local' }),
      ],
      answer(request, server) {
        server.upgrade(request, { data: undefined })
        return new Response(null)
      },
      websocket: { open: (socket) => void socket.send('attic'), message: () => undefined },
    },
  })
  return live
}

/** A socket of another node: it says its name, then what it is told. */
const echo =
  (name: string) =>
  (request: WebSocketDial): DialledSocket => {
    dials.push(request)
    let isBegun = false
    const socket: DialledSocket = {
      protocol: request.protocols.at(-1) ?? '',
      bufferedBytes: 0,
      send: (message) => socket.onMessage(message),
      close: ({ code, reason }) => socket.onClose({ code, reason }),
      pause: () => undefined,
      resume() {
        if (!isBegun) socket.onMessage(name)
        isBegun = true
      },
      onMessage: () => undefined,
      onClose: () => undefined,
    }
    return socket
  }

const cannotBeReached = (name: string) => (): never => {
  throw new PeerUnreachable(nodeIdFor(name), new Error('ECONNREFUSED'))
}

/** Opens a socket and waits for so many messages. */
const talk = (
  path: string,
  options: { says?: string; protocols?: string[]; headers?: Record<string, string> } = {},
) => {
  const { promise, resolve, reject } = Promise.withResolvers<string[]>()
  const got: string[] = []
  const wanted = options.says === undefined ? 1 : 2
  const { headers = {}, protocols = [] } = options
  const socket = new WebSocket(`${live!.url.replace('http', 'ws')}${path}`, { headers, protocols })
  socket.addEventListener('message', ({ data }) => {
    got.push(String(data))
    if (got.length < wanted) socket.send(options.says ?? '')
    else socket.close()
  })
  socket.addEventListener('close', () => resolve(got))
  socket.addEventListener('error', () => reject(new Error('refused')))
  return promise
}

test('a socket stays here where any model is able', async () => {
  await start(['llama'])
  expect(await talk('/v1/responses')).toEqual(['attic'])
})

test('a socket goes to the best of the others where none is, and its messages both ways', async () => {
  await start([])
  nodes.order = ['studio']
  nodes.peer('studio').dial = echo('studio')
  expect(await talk('/v1/responses', { says: 'hello' })).toEqual(['studio', 'hello'])
  expect(nodes.wishes[0]).toMatchObject({ capability: 'chat', model: 'llama' })
})

test('the other node gets no secret, whichever way the client has sent it', async () => {
  await start([])
  nodes.order = ['mini']
  nodes.peer('mini').dial = echo('mini')
  await talk('/v1/responses', {
    headers: { authorization: 'Bearer k', cookie: 'a=b' },
    protocols: ['openai-insecure-api-key.sk-secret', 'realtime'],
  })
  const [dialled] = dials
  expect(dialled!.protocols).toEqual(['realtime'])
  expect(JSON.stringify(dialled!.headers.toJSON())).not.toMatch(/Bearer|sk-secret|a=b/)
  expect(dialled!.headers.get('x-skein-caller')).toBe('local')
})

test('a node that cannot be reached is left for another one', async () => {
  await start([])
  nodes.order = ['mini', 'studio']
  nodes.peer('mini').dial = cannotBeReached('mini')
  nodes.peer('studio').dial = echo('studio')
  expect(await talk('/v1/responses')).toEqual(['studio'])
  expect(nodes.outcomes).toEqual(['mini unreachable', 'studio answered'])
})

test('where none can be reached the handshake is refused in words', async () => {
  await start([])
  for (const name of ['mini', 'studio']) nodes.peer(name).dial = cannotBeReached(name)
  const reply = await live!.ask('/v1/responses', {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    },
  })
  expect(reply.status).toBe(503)
  expect(await reply.text()).toContain('mini has failed at this request, studio has failed at this request')
})

test('a socket of one node is that of the node which is named', async () => {
  await start(['llama'])
  nodes.peer('mini').dial = echo('mini')
  expect(await talk('/local?node=mini&a=1')).toEqual(['mini'])
  expect(dials[0]?.pathAndQuery).toBe('/local?a=1')
  expect(await talk('/local?node=attic')).toEqual(['attic'])
})

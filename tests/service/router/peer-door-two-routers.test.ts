import { afterAll, beforeAll, expect, test } from 'bun:test'
import { BUSY_SERVICE, FRAMES, MEGABYTE, receiptOf, service } from '../../support/busy-service.ts'
import { eventually } from '../../support/eventually.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { openNearNode } from '../../support/near-node.ts'
import type { NearNode } from '../../support/near-node.ts'
import { startPeerNode } from '../../support/peer-node.ts'
import type { PeerNode } from '../../support/peer-node.ts'
import { createScriptedNodes } from '../../support/scripted-nodes.ts'

const UPLOAD_MEGABYTES = 100
/** For what moves many megabytes on a busy machine. */
const LONG_MS = 30_000

/** The router that clients ask, whose requests all go to the far one. */
interface TwoRouters {
  readonly near: NearNode
  readonly far: PeerNode
  readonly entry: LiveRouter
  close(): Promise<void>
}

const startTwoRouters = async (): Promise<TwoRouters> => {
  const far = await startPeerNode({ chat: BUSY_SERVICE })
  const near = await openNearNode()
  near.meet(far)
  const nodes = createScriptedNodes([], { far: ['llama'] })
  const { nodeId } = far.identity
  const peers = {
    // The placer of the test knows the far node by another id.
    send: (_: unknown, request: Parameters<NearNode['transport']['send']>[1]) =>
      near.transport.send(nodeId, request),
    dial: (_: unknown, request: Parameters<NearNode['transport']['dial']>[1]) =>
      near.transport.dial(nodeId, request),
  }
  nodes.order = ['far']
  const entry = await startLiveRouter({
    models: [],
    cluster: { ...nodes.cluster, peers },
    chat: { ...BUSY_SERVICE, answer: () => new Response('from here') },
  })
  return {
    near,
    far,
    entry,
    async close() {
      near.close()
      await Promise.all([entry.close(), far.close()])
    },
  }
}

let two: TwoRouters
beforeAll(async () => {
  two = await startTwoRouters()
})
afterAll(() => two.close())

const chat = ({ entry }: TwoRouters, init: RequestInit = {}): Promise<Response> =>
  entry.ask('/v1/chat/completions', {
    method: 'POST',
    body: JSON.stringify({ model: 'llama', stream: true, messages: [] }),
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-none' },
    ...init,
  })

const decode = (chunk: Uint8Array | undefined): string => new TextDecoder().decode(chunk)

test('a chat comes through two routers byte for byte, each frame before the next one is made', async () => {
  const reply = await chat(two)
  expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
  expect(reply.headers.get('x-skein-node')).toBe('far')
  const reader = reply.body!.getReader()
  for (const frame of FRAMES) {
    expect(decode((await reader.read()).value)).toBe(frame)
    service.next.resolve()
  }
  expect((await reader.read()).done).toBe(true)
  expect(two.entry.chat.seen).toEqual([])
})

test('a client that leaves ends the work behind two routers', async () => {
  const { cancelled } = service
  const client = new AbortController()
  const reply = await chat(two, { signal: client.signal })
  await reply.body!.getReader().read()
  client.abort()
  service.next.resolve()
  await eventually('the far service has heard of it', () => service.cancelled === cancelled + 1)
  await eventually('the far visit is over', () => two.far.visits.some(({ status }) => status === 200))
})

test(
  'a client that does not read holds up the far service',
  async () => {
    service.megabytesSent = 0
    const reply = await two.entry.ask('/v1/endless')
    const reader = reply.body!.getReader()
    await reader.read()
    let before = -1
    await eventually('the service has stopped sending', async () => {
      const isStill = service.megabytesSent === before
      before = service.megabytesSent
      await Bun.sleep(100)
      return isStill
    })
    expect(service.megabytesSent).toBeLessThan(80)
    await reader.cancel()
  },
  LONG_MS,
)

test(
  'an upload of 100 MB comes through',
  async () => {
    let made = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (made === UPLOAD_MEGABYTES) return controller.close()
          made += 1
          controller.enqueue(new Uint8Array(MEGABYTE))
        },
      },
      { highWaterMark: 0 },
    )
    const reply = await two.entry.ask('/v1/receive', { method: 'POST', body })
    expect(await reply.json()).toEqual(receiptOf(UPLOAD_MEGABYTES))
  },
  LONG_MS,
)

test('a WebSocket goes both ways through two routers', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${two.entry.port}/v1/ws`)
  const messages: unknown[] = []
  const closed = Promise.withResolvers<{ readonly code: number; readonly reason: string }>()
  socket.addEventListener('message', ({ data }) => void messages.push(data))
  socket.addEventListener('close', ({ code, reason }) => closed.resolve({ code, reason }))
  await eventually('the service has greeted', () => messages.length === 1)
  socket.send('hällo')
  await eventually('it has come back', () => messages.length === 2)
  expect(messages).toEqual(['welcome', 'hällo'])
  socket.send('close')
  expect(await closed.promise).toMatchObject({ code: 4002, reason: 'as asked' })
})

test('a far node that is killed in mid-stream is an error in the words of the dialect', async () => {
  const doomed = await startTwoRouters()
  const reply = await chat(doomed)
  const reader = reply.body!.getReader()
  expect(decode((await reader.read()).value)).toBe(FRAMES[0] ?? '')
  await doomed.far.die()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    rest += decode(value)
  }
  expect(rest).toContain('event: error\ndata: {"error":{')
  expect(rest).toEndWith('data: [DONE]\n\n')
  const gone = await chat(doomed)
  expect(gone.status).toBe(503)
  await doomed.close()
})

test('what a hung node has is taken from it as soon as its link is declared down', async () => {
  const hung = await startTwoRouters()
  const seen = hung.far.chat.seen.length
  const stream = await chat(hung)
  const reader = stream.body!.getReader()
  await reader.read()
  const waiting = hung.entry.ask('/v1/silent')
  await eventually('it has both', () => hung.far.chat.seen.length === seen + 2)
  hung.near.declareDown(hung.far.identity.nodeId)
  // Nothing of it had come yet, so another node could answer.
  expect(await (await waiting).text()).toBe('from here')
  expect(decode((await reader.read()).value)).toContain('event: error')
  await hung.close()
})

test('a node that was removed gets nothing done by the others', async () => {
  const removed = await startTwoRouters()
  removed.far.standings.set(removed.near.nodeId, 'removed')
  const reply = await chat(removed)
  expect(reply.status).toBe(503)
  expect(removed.far.chat.seen).toEqual([])
  await removed.close()
})

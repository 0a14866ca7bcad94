/**
 * A service that does nothing but answer, for measuring what stands in front of it: chat on a Unix socket and on a TCP
 * port, and as much of model-store as the router asks for. It tells the router what each request took, as chat does.
 * `tiny-upstream.ts DIRECTORY [SLOTS]` prints its port.
 */
import { join } from 'node:path'
import { UsageOutbox } from '@service/chat/features/usage/usage-outbox.ts'
import { USAGE_ROUTE } from '@shared/contracts/engine-usage.ts'
import { INTERNAL_HEADER } from '@shared/contracts/internal-header.ts'
import { INTERNAL_ROUTES } from '@shared/contracts/internal-routes.ts'
import { LEASE_ROUTES } from '@shared/contracts/memory-lease.ts'
import { CATALOGUE_ROUTES } from '@shared/contracts/model-catalogue.ts'
import type { RouteFacts, ServiceManifest } from '@shared/contracts/route-manifest.ts'
import { scriptedCard } from '@skein/tests/support/scripted-node.ts'

const REPLY = JSON.stringify({
  id: 'chatcmpl-0',
  object: 'chat.completion',
  created: 1,
  model: 'bench',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello!' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
})
const FRAME = new TextEncoder().encode(
  `data: {"id":"chatcmpl-0","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n`,
)
const FRAMES = 32
/** Between two frames of an endless stream, unless its request says another. */
const PAUSE_MS = 5
const MODEL = scriptedCard('bench')

const [directory = '.', slots = '4096'] = process.argv.slice(2)
let openStreams = 0

const FACTS: RouteFacts = {
  dialect: 'openai',
  capability: 'chat',
  scope: 'inference',
  kind: 'placed',
  bodyLimitBytes: 1_000_000,
  admission: 'engine',
}

const ROUTES: ServiceManifest['routes'] = [
  { method: 'POST', path: '/v1/chat/completions', ...FACTS },
  { method: 'GET', path: '/bulk', ...FACTS, capability: 'node', admission: 'none' },
  { method: 'POST', path: '/bulk', ...FACTS, capability: 'node', admission: 'none', bodyLimitBytes: 4e9 },
]

const manifest = (service: 'chat' | 'model-store', routes: ServiceManifest['routes']): ServiceManifest => ({
  service,
  version: '0',
  instance: 'bench',
  slotsPerModel: Number(slots),
  routes,
})

/** Each frame on its own, as an engine would give them. */
const stream = (frames: number, pauseMs: number): Response => {
  let left = frames
  openStreams += 1
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => (pauseMs === 0 ? setImmediate(resolve) : setTimeout(resolve, pauseMs)))
      controller.enqueue(FRAME)
      left -= 1
      if (left > 0) return
      openStreams -= 1
      controller.close()
    },
    cancel() {
      openStreams -= 1
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

const usage = new UsageOutbox({
  clock: {
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs)
      return () => clearTimeout(timer)
    },
  },
  onDropped: () => undefined,
})

/** Of one of the router's visits; nobody else counts. */
const tellUsage = (visitId: string | null): void => {
  if (visitId === null) return
  usage.onEnd({
    task: 'generate',
    visitId,
    model: MODEL.id,
    promptTokens: 9,
    cachedTokens: 0,
    completionTokens: FRAMES,
    reasoningTokens: 0,
    firstTokenMs: 1,
    decodeMs: 1,
    loadMs: 0,
    totalMs: 1,
    isFinished: true,
  })
}

/** A body of this length, and the answer to one of any. */
const BULK_BYTES = 256 * 1024 * 1024
const BULK_PIECE = new Uint8Array(256 * 1024)

const bulk = (): ReadableStream<Uint8Array> => {
  let left = BULK_BYTES
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left === 0) return controller.close()
      left -= BULK_PIECE.length
      controller.enqueue(BULK_PIECE.slice())
    },
  })
}

const takeBulk = async ({ body }: Request): Promise<Response> => {
  let bytes = 0
  for await (const piece of body ?? []) bytes += piece.length
  return Response.json({ bytes })
}

const answerChat = async (request: Request): Promise<Response> => {
  const { pathname } = new URL(request.url)
  if (pathname === INTERNAL_ROUTES.manifest) return Response.json(manifest('chat', ROUTES))
  if (pathname === '/open-streams') return Response.json(openStreams)
  if (pathname === USAGE_ROUTE) return new Response(usage.read(request.signal))
  if (pathname === '/bulk') return request.method === 'GET' ? new Response(bulk()) : takeBulk(request)
  const body = await request.text()
  tellUsage(request.headers.get(INTERNAL_HEADER.visit))
  if (body.includes('"endless":true')) {
    const pauseMs = Number(/"pauseMs":(\d+)/.exec(body)?.[1] ?? PAUSE_MS)
    return stream(Number.POSITIVE_INFINITY, pauseMs)
  }
  if (body.includes('"stream":true')) return stream(FRAMES, 0)
  return new Response(REPLY, { headers: { 'content-type': 'application/json' } })
}

const answerStore = async (request: Request): Promise<Response> => {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname === INTERNAL_ROUTES.manifest) return Response.json(manifest('model-store', []))
  if (pathname === '/models/state') return Response.json({ models: [] })
  if (pathname === LEASE_ROUTES.memory)
    return Response.json({ budgetBytes: 1e9, held: [{ model: MODEL.id, bytes: MODEL.sizeBytes }] })
  if (pathname !== CATALOGUE_ROUTES.models) return new Response(null, { status: 404 })
  if (searchParams.has('after')) await Bun.sleep(20_000)
  return Response.json({ revision: 1, models: [MODEL] })
}

const maxRequestBodySize = 4e9
Bun.serve({ unix: join(directory, 'chat.sock'), maxRequestBodySize, fetch: answerChat })
Bun.serve({ unix: join(directory, 'model-store.sock'), fetch: answerStore })
const server = Bun.serve({ hostname: '127.0.0.1', port: 0, maxRequestBodySize, fetch: answerChat })
console.log(`ready ${server.port}`)

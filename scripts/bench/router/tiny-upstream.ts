/**
 * A service that does nothing but answer, for measuring what stands in front of it: chat on a Unix socket and on a TCP
 * port, and as much of model-store as the router asks for. `tiny-upstream.ts DIRECTORY [SLOTS]` prints its port.
 */
import { join } from 'node:path'
import { CATALOGUE_ROUTES } from '@shared/contracts/model-catalogue.ts'
import { INTERNAL_ROUTES } from '@shared/contracts/internal-routes.ts'
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

const answerChat = async (request: Request): Promise<Response> => {
  const { pathname } = new URL(request.url)
  if (pathname === INTERNAL_ROUTES.manifest)
    return Response.json(manifest('chat', [{ method: 'POST', path: '/v1/chat/completions', ...FACTS }]))
  if (pathname === '/open-streams') return Response.json(openStreams)
  const body = await request.text()
  if (body.includes('"endless":true')) return stream(Number.POSITIVE_INFINITY, 5)
  if (body.includes('"stream":true')) return stream(FRAMES, 0)
  return new Response(REPLY, { headers: { 'content-type': 'application/json' } })
}

const answerStore = async (request: Request): Promise<Response> => {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname === INTERNAL_ROUTES.manifest) return Response.json(manifest('model-store', []))
  if (pathname !== CATALOGUE_ROUTES.models) return Response.json({ models: [] })
  if (searchParams.has('after')) await Bun.sleep(20_000)
  return Response.json({ revision: 1, models: [scriptedCard('bench')] })
}

Bun.serve({ unix: join(directory, 'chat.sock'), fetch: answerChat })
Bun.serve({ unix: join(directory, 'model-store.sock'), fetch: answerStore })
const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: answerChat })
console.log(`ready ${server.port}`)

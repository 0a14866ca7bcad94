import type { AuditEntry } from '@service/router/features/access/audit-trail.ts'
import type { EngineUsage } from '@shared/contracts/engine-usage.ts'
import { startLiveRouter } from './live-router.ts'
import type { LiveRouter } from './live-router.ts'
import { routeEntry } from './scripted-service.ts'
import { jsonOf } from './wire-json.ts'
import type { WireJson } from './wire-json.ts'

/** As from behind a proxy, so that nobody is trusted without a key. */
export const FORWARDED = { 'x-forwarded-for': '203.0.113.7' }

/** What a route of the router answered. */
export interface WireAnswer {
  readonly status: number
  readonly body: WireJson
}

/** A router that is asked from far away, in front of a service that streams, and chats with `llama` and `other`. */
export interface KeyedRouter {
  readonly live: LiveRouter
  /** Ids of the visits that the service saw. */
  readonly visits: readonly string[]
  /** Streams of the service that were cut. */
  cutStreams(): number
  readonly audit: readonly AuditEntry[]
  /** Tells the router what an engine used. */
  tellUsage(visitId: string, promptTokens: number, completionTokens: number): void
  /** Asks `/v1/tokens` as the owner. */
  tokens(method: string, id?: string, body?: unknown): Promise<WireAnswer>
  /** A key of these traits, and the headers of who has it. */
  newKey(traits?: object): Promise<{ readonly id: string; readonly headers: Record<string, string> }>
  chat(headers: Record<string, string>, model?: string): Promise<Response>
}

const ROUTES = [
  routeEntry('POST', '/v1/chat/completions', { capability: 'chat', admission: 'engine' }),
  routeEntry('POST', '/v1/messages', { dialect: 'anthropic' }),
  routeEntry('POST', '/api/chat'),
  routeEntry('GET', '/v1/stream'),
  routeEntry('WS', '/v1/ws'),
  routeEntry('GET', '/things/:id'),
  routeEntry('POST', '/manage', { scope: 'manage' }),
]

const STREAMS: Readonly<Record<string, string>> = {
  '/v1/stream': 'text/event-stream',
  '/v1/messages': 'text/event-stream',
  '/api/chat': 'application/x-ndjson',
}

/** A stream that says one thing and then nothing, until somebody ends it. */
const silentStream = (contentType: string, onCut: () => void): Response => {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('data: {"a":1}\n\n')),
    cancel: onCut,
  })
  return new Response(body, { headers: { 'content-type': contentType } })
}

export const startKeyedRouter = async (): Promise<KeyedRouter> => {
  const visits: string[] = []
  const audit: AuditEntry[] = []
  const listeners: ((usage: EngineUsage) => void)[] = []
  let cutStreams = 0
  const live = await startLiveRouter({
    models: ['llama', 'other'],
    onAudit: (entry) => void audit.push(entry),
    usageFeed: {
      onUse(listener) {
        listeners.push(listener)
        return () => undefined
      },
    },
    chat: {
      slotsPerModel: 8,
      routes: ROUTES,
      answer(request, server) {
        visits.push(request.headers.get('x-skein-visit') ?? '')
        const { pathname } = new URL(request.url)
        if (pathname === '/v1/ws') {
          server.upgrade(request, { data: undefined })
          return new Response(null)
        }
        const streamed = STREAMS[pathname]
        if (streamed !== undefined) return silentStream(streamed, () => void (cutStreams += 1))
        return Response.json({ model: request.headers.get('x-skein-model') })
      },
      websocket: { open: (socket) => void socket.send('welcome'), message: () => undefined },
    },
  })
  const tokens = (method: string, id = '', body?: unknown): Promise<WireAnswer> =>
    askTokens(live, { method, id, body })
  return {
    live,
    visits,
    cutStreams: () => cutStreams,
    audit,
    tellUsage(visitId, promptTokens, completionTokens) {
      // The rest of what a service tells does not matter to a budget.
      for (const listener of listeners) listener({ visitId, promptTokens, completionTokens } as EngineUsage)
    },
    tokens,
    async newKey(traits = {}) {
      const { body, status } = await tokens('POST', '', { label: 'of a test', ...traits })
      if (status !== 201) throw new Error(`No key: ${status} ${JSON.stringify(body)}`)
      return { id: body.id, headers: { ...FORWARDED, authorization: `Bearer ${body.token}` } }
    },
    chat(headers, model = 'llama') {
      const body = JSON.stringify({ model, messages: [] })
      return live.ask('/v1/chat/completions', { method: 'POST', body, headers })
    },
  }
}

const askTokens = async (
  live: LiveRouter,
  { body, id, method }: { readonly method: string; readonly id: string; readonly body: unknown },
): Promise<WireAnswer> => {
  const json = {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  }
  const path = id === '' ? '/v1/tokens' : `/v1/tokens/${id}`
  const reply = await live.ask(path, { method, ...(body === undefined ? {} : json) })
  return { status: reply.status, body: await jsonOf(reply) }
}

import { join } from 'node:path'
import { CATALOGUE_ROUTES } from '@shared/contracts/model-catalogue.ts'
import { INTERNAL_ROUTES } from '@shared/contracts/internal-routes.ts'
import type { RouteEntry, ServiceManifest } from '@shared/contracts/route-manifest.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { Server, WebSocketHandler } from 'bun'

type Answer = (request: Request, server: Server<unknown>) => Response | Promise<Response>

export interface ScriptedServiceOptions {
  readonly service: ServiceName
  readonly routes?: readonly RouteEntry[]
  readonly slotsPerModel?: number
  readonly answer?: Answer
  readonly websocket?: WebSocketHandler<unknown>
  /** OpenAPI document and metrics, as the control plane tells them. */
  readonly documents?: { readonly openapi?: unknown; readonly metrics?: string }
}

/** A service on a real Unix socket whose answers the test writes. */
export interface ScriptedService {
  readonly socket: string
  /** Public requests that came, as `METHOD /path`. */
  readonly seen: string[]
  /** Goes away as a killed process does: connections are cut. */
  die(): Promise<void>
  /** Comes back on the same socket as another process would. */
  revive(): void
}

export const routeEntry = (method: string, path: string, changes: Partial<RouteEntry> = {}): RouteEntry => ({
  method,
  path,
  dialect: path.startsWith('/api/') ? 'ollama' : 'openai',
  capability: 'node',
  scope: 'inference',
  kind: 'placed',
  bodyLimitBytes: 100_000,
  admission: 'none',
  ...changes,
})

let instances = 0

export const startScriptedService = (directory: string, options: ScriptedServiceOptions): ScriptedService => {
  const socket = join(directory, `${options.service}.sock`)
  const seen: string[] = []
  const listen = (): Server<unknown> => {
    instances += 1
    const instance = `run-${instances}`
    return Bun.serve<unknown>({
      unix: socket,
      async fetch(request, server) {
        const { pathname, search } = new URL(request.url)
        const internal = answerInternal(pathname, options, instance)
        if (internal !== undefined) return internal
        seen.push(`${request.method} ${pathname}${search}`)
        return (await options.answer?.(request, server)) ?? new Response('no script', { status: 500 })
      },
      websocket: options.websocket ?? { message: () => undefined },
    })
  }
  let server = listen()
  return {
    socket,
    seen,
    die: () => server.stop(true),
    revive() {
      server = listen()
    },
  }
}

const answerInternal = (
  path: string,
  { service, slotsPerModel, routes, documents }: ScriptedServiceOptions,
  instance: string,
): Response | undefined => {
  if (path === INTERNAL_ROUTES.manifest) {
    const manifest: ServiceManifest = {
      service,
      version: '0.0.1',
      instance,
      slotsPerModel: slotsPerModel ?? 1,
      routes: routes ?? [],
    }
    return Response.json(manifest)
  }
  if (path === INTERNAL_ROUTES.openapi) return Response.json(documents?.openapi ?? {}, { status: 200 })
  if (path === INTERNAL_ROUTES.metrics) return new Response(documents?.metrics ?? '')
  return undefined
}

/** A model-store of these models, which may change while it runs. */
export const startScriptedStore = (
  directory: string,
  cards: readonly ModelCard[],
  script: Pick<ScriptedServiceOptions, 'routes' | 'answer'> = {},
): ScriptedService & { cards: readonly ModelCard[]; states: readonly object[] } => {
  const store = { cards, states: [] as readonly object[] }
  const service = startScriptedService(directory, {
    service: 'model-store',
    routes: script.routes ?? [],
    async answer(request, server) {
      const { pathname, searchParams } = new URL(request.url)
      if (pathname === '/models/state') return Response.json({ models: store.states })
      if (pathname !== CATALOGUE_ROUTES.models)
        return (await script.answer?.(request, server)) ?? new Response(null, { status: 404 })
      // What the router knows it keeps asking for; nothing new ever comes by itself.
      if (searchParams.has('after'))
        await new Promise((resolve) => request.signal.addEventListener('abort', resolve))
      return Response.json({ revision: 1, models: store.cards })
    },
  })
  return Object.assign(store, service)
}

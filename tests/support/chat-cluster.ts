import { Fault } from '@shared/fault/fault.ts'
import type { FaultCode } from '@shared/fault/fault.ts'
import { faultResponse } from '@shared/http/fault-response.ts'
import { startLiveRouter } from './live-router.ts'
import type { LiveRouter } from './live-router.ts'
import { createScriptedNodes } from './scripted-nodes.ts'
import type { ScriptedNodes } from './scripted-nodes.ts'
import { routeEntry } from './scripted-service.ts'

const OWNED = { capability: 'responses', kind: 'owned', bodyLimitBytes: 0 } as const

/** The router of `attic`, which chats with `llama`, between `mini` and `studio`, which chat with `llama` and `far`. */
export interface ChatCluster {
  readonly nodes: ScriptedNodes
  readonly live: LiveRouter
  /** What the service of `attic` itself does. */
  own: (request: Request) => Response | Promise<Response>
  chat(model: string, init?: RequestInit): Promise<Response>
}

export const startChatCluster = async (): Promise<ChatCluster> => {
  const nodes = createScriptedNodes(['llama'], { mini: ['llama', 'far'], studio: ['llama', 'far'] })
  const live = await startLiveRouter({
    models: ['llama'],
    cluster: nodes.cluster,
    chat: {
      slotsPerModel: 1,
      routes: [
        routeEntry('POST', '/v1/chat/completions', { capability: 'chat', admission: 'engine' }),
        routeEntry('POST', '/api/chat', { capability: 'chat', admission: 'engine' }),
        routeEntry('POST', '/v1/responses', { capability: 'chat', admission: 'engine' }),
        routeEntry('GET', '/v1/responses/:id', OWNED),
        routeEntry('POST', '/v1/upload', { capability: 'speech' }),
      ],
      answer: (request) => cluster.own(request),
    },
  })
  const cluster: ChatCluster = {
    nodes,
    live,
    own: () => Response.json({ by: 'attic' }),
    chat: (model, init = {}) =>
      live.ask('/v1/chat/completions', {
        method: 'POST',
        body: JSON.stringify({ model, messages: [] }),
        ...init,
      }),
  }
  return cluster
}

/** A failure as the router of another node writes it. */
export const refusal = (code: FaultCode): Response =>
  faultResponse(new Fault(code, 'said by the far node'), { error: { code } })

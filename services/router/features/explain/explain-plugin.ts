import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { PLACEMENT_POLICIES } from '../../policy/placement/placement.ts'
import { createExplainRoute } from './explain-route.ts'
import type { ExplainRoutePorts } from './explain-route.ts'

const FACTS: RouteFacts = {
  dialect: 'openai',
  capability: 'node',
  scope: 'inference',
  kind: 'local',
  bodyLimitBytes: 20 * 1024 * 1024,
  admission: 'none',
}

const DEFAULT_PATH = '/v1/chat/completions'

const ExplainQuery = Type.Object(
  {
    path: Type.Optional(
      Type.String({ description: `Where the request would be sent; ${DEFAULT_PATH} when absent.` }),
    ),
    policy: Type.Optional(
      Type.String({ description: `Other than the configured one: ${PLACEMENT_POLICIES.join(', ')}.` }),
    ),
  },
  { additionalProperties: true },
)

/** Which node would answer a request, and why. */
export const explainPlugin = (ports: ExplainRoutePorts) => {
  const explain = createExplainRoute(ports)
  return new Elysia({ name: 'router/explain' })
    .use(faultsAs('openai', openaiFaultBody))
    .post(
      '/v1/route/explain',
      async ({ query: { path = DEFAULT_PATH, policy }, request }) =>
        explain({ body: new Uint8Array(await request.arrayBuffer()), path, policy }),
      {
        query: ExplainQuery,
        // The body is looked into as the router looks into those that it forwards: without parsing all of it.
        parse: 'none',
        detail: routeDetail(FACTS, {
          tag: 'Node',
          summary: 'Which node would answer a request, and why',
          description:
            'The body is that of the request, in the dialect of `path`. Nothing is run. The answer names the model, the policy, the node, all candidates with the milliseconds that each is expected to take, and why other nodes are none.',
        }),
      },
    )
}

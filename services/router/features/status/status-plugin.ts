import type { RouteFacts, RouteScope } from '@shared/contracts/route-manifest.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Elysia } from 'elysia'
import { homePage } from './home-page.ts'
import { readNodeStatus } from './node-status.ts'
import type { StatusPorts } from './node-status.ts'
import { whatIsMissing } from './readiness.ts'

const FACTS: Omit<RouteFacts, 'scope'> = {
  dialect: 'openai',
  capability: 'node',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}

/** A start takes about this long. */
const READY_RETRY_SECONDS = 1

const about = (scope: RouteScope, summary: string, description = '') => ({
  detail: routeDetail({ ...FACTS, scope }, { tag: 'Node', summary, description }),
})

/** How this node is, for probes, for programs and for people. */
export const statusPlugin = (ports: StatusPorts) =>
  new Elysia({ name: 'router/status' })
    .use(probes(ports))
    .use(faultsAs('openai', openaiFaultBody))
    .get('/status', () => readNodeStatus(ports), about('metrics', 'State of the node'))
    // How clients of Ollama look whether somebody is there.
    .head('/', empty, about('inference', 'Whether the router lives, without a body'))
    .get(
      '/',
      async () => htmlReply(homePage(await readNodeStatus(ports))),
      about('metrics', 'What runs here, as a page'),
    )
    .get(
      '/version',
      () => ({ version: `v${ports.node.version}`, name: 'skein', platform: ports.node.platform }),
      about('inference', 'Version of Skein'),
    )

/** For load balancers and supervisors, which have no key: nothing here tells strangers more than that a node is there. */
const probes = ({ models, states }: StatusPorts) =>
  new Elysia({ name: 'router/probes' })
    .get(
      '/health',
      () => ({ status: 'ok' }),
      about('public', 'Whether the router lives', '200 as long as it answers.'),
    )
    .get('/healthz', empty, about('public', 'Whether the router lives, without a body'))
    .get(
      '/readyz',
      () => {
        const reason = whatIsMissing(states(), models)
        return reason === undefined ? empty() : startingReply(reason)
      },
      about(
        'public',
        'Whether the node is ready for requests',
        '200 without a body, or 503 with the reason: a service that is not up, models that were not read yet.',
      ),
    )

const empty = (): Response => new Response(null)

const startingReply = (reason: string): Response =>
  Response.json(
    { status: 'starting', reason },
    { status: 503, headers: { 'retry-after': String(READY_RETRY_SECONDS) } },
  )

const htmlReply = (html: string): Response =>
  new Response(html, {
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
  })

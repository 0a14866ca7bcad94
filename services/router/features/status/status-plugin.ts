import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Elysia } from 'elysia'
import { homePage } from './home-page.ts'
import { readNodeStatus } from './node-status.ts'
import type { StatusPorts } from './node-status.ts'

const FACTS: RouteFacts = {
  dialect: 'openai',
  capability: 'node',
  scope: 'public',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}

const about = (summary: string, description = '', scope = FACTS.scope) =>
  routeDetail({ ...FACTS, scope }, { tag: 'Node', summary, description })

/** How this node is, for probes, for programs and for people. */
export const statusPlugin = (ports: StatusPorts) =>
  new Elysia({ name: 'router/status' })
    .use(faultsAs('openai', openaiFaultBody))
    .get(
      '/health',
      () => ({
        status: 'ok',
        version: ports.node.version,
        uptimeSeconds: ports.node.uptimeSeconds(),
        services: ports.states(),
      }),
      { detail: about('Whether the router lives', '200 as long as it answers; the services are inside.') },
    )
    .get('/status', () => readNodeStatus(ports), {
      detail: about('State of the node', '', 'metrics'),
    })
    .head('/', () => new Response(null), {
      // How clients of Ollama look whether somebody is there.
      detail: about('Whether the router lives, without a body', '', 'inference'),
    })
    .get('/', async () => htmlReply(homePage(await readNodeStatus(ports))), {
      detail: about('What runs here, as a page', '', 'metrics'),
    })

const htmlReply = (html: string): Response =>
  new Response(html, {
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
  })

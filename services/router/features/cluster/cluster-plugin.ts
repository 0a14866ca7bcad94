import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { ClusterView } from './cluster-view.ts'
import { describeCluster, describeNode } from './describe-node.ts'
import type { ManageNodes } from './manage-nodes.ts'

const READ: RouteFacts = {
  dialect: 'openai',
  capability: 'node',
  scope: 'manage',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}
const ADMIN: RouteFacts = { ...READ, scope: 'admin' }
const WRITE: RouteFacts = { ...READ, bodyLimitBytes: 4096 }

const documented = (facts: RouteFacts, summary: string, description = '') => ({
  detail: routeDetail(facts, { tag: 'Cluster', summary, description }),
})

/** The nodes of the cluster, for who operates them. */
export const clusterPlugin = (view: ClusterView, nodes: ManageNodes) =>
  new Elysia({ name: 'router/cluster', normalize: false })
    .use(faultsAs('openai', openaiFaultBody))
    .get(
      '/v1/cluster',
      () => describeCluster(view),
      documented(
        READ,
        'The cluster as this node sees it',
        '`id` is null while this node is in none. `link` is how this node stands with each; `troubleMessage` says why a link is down.',
      ),
    )
    .get(
      '/v1/nodes',
      () => ({ object: 'list', data: view.nodes.map(describeNode) }),
      documented(READ, 'List the nodes of the cluster', 'This node first, then the others by name.'),
    )
    .get('/v1/nodes/:id', ({ params }) => nodes.show(params.id), {
      ...documented(READ, 'What one node says of itself', '`id`: the id of the node, its end, or the name.'),
    })
    .delete('/v1/nodes/:id', ({ params }) => nodes.remove(params.id), {
      ...documented(
        ADMIN,
        'Remove a node',
        'It is shut out everywhere within seconds. To come back it joins anew.',
      ),
    })
    .post('/v1/nodes/:id/drain', ({ body, params }) => nodes.drain(params.id, body.drain), {
      body: Type.Object({ drain: Type.Boolean() }),
      parse: 'json',
      ...documented(
        WRITE,
        'Let a node drain, or resume',
        'A node that drains finishes what it has and gets nothing new. `id` is the node that answers: for another one add `?node=` with its id.',
      ),
    })
    .post('/v1/cluster/leave', () => nodes.leave(), {
      ...documented(
        ADMIN,
        'Leave the cluster',
        'The others are told; this node keeps its models and its keys.',
      ),
    })

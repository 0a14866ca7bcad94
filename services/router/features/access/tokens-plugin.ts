import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { toolpiperFaultBody } from '@shared/dialects/toolpiper/toolpiper-faults.ts'
import { ToolpiperListQuery, toolpiperPage } from '@shared/dialects/toolpiper/toolpiper-list.ts'
import { ToolpiperTokenBody, ToolpiperTokenPatchBody } from '@shared/dialects/toolpiper/toolpiper-tokens.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Elysia } from 'elysia'
import type { ManageTokens } from './manage-tokens.ts'

const PATH = '/v1/tokens'

const READ: RouteFacts = {
  dialect: 'toolpiper',
  capability: 'node',
  scope: 'admin',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}
const WRITE: RouteFacts = { ...READ, bodyLimitBytes: 256 * 1024 }

const documented = (facts: RouteFacts, summary: string, description = '') => ({
  detail: routeDetail(facts, { tag: 'Keys', summary, description }),
})

/** ToolPiper's developer tokens: the keys of this node. */
export const tokensPlugin = (tokens: ManageTokens) =>
  new Elysia({ name: 'router/tokens', normalize: false })
    .use(faultsAs('toolpiper', toolpiperFaultBody))
    .get(PATH, ({ query }) => toolpiperPage(tokens.list(), query), {
      query: ToolpiperListQuery,
      ...documented(READ, 'List keys', 'Oldest first, their secrets masked.'),
    })
    .post(
      PATH,
      async ({ body, set }) => {
        const token = await tokens.create(body)
        set.status = 201
        set.headers['cache-control'] = 'no-store'
        return token
      },
      {
        body: ToolpiperTokenBody,
        parse: 'json',
        ...documented(WRITE, 'Make a key', 'Its secret, `token`, is in this answer and never again.'),
      },
    )
    .patch(`${PATH}/:id`, ({ body, params }) => tokens.change(params.id, body), {
      body: ToolpiperTokenPatchBody,
      parse: 'json',
      ...documented(WRITE, 'Change a key', 'Fields that are left out stay; null takes a limit away.'),
    })
    .delete(`${PATH}/:id`, ({ params }) => tokens.revoke(params.id), {
      ...documented(READ, 'Revoke a key', 'It counts at once, also for streams that are open.'),
    })

import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { InvitationDesk } from './invitation-desk.ts'
import { readRevisionWait } from './revision-wait.ts'

const PATH = '/v1/cluster/invitations'

const FACTS: RouteFacts = {
  dialect: 'openai',
  capability: 'node',
  scope: 'admin',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}

/** What a person says about the node at the other end, whose digits they have compared. */
export const ConfirmBody = Type.Object({
  accept: Type.Boolean(),
  /** The six digits; may be left out to say no. */
  check: Type.Optional(Type.String({ maxLength: 16 })),
})

export const CONFIRM_LIMIT_BYTES = 4096

const documented = (summary: string, description = '', facts: RouteFacts = FACTS) => ({
  detail: routeDetail(facts, { tag: 'Cluster', summary, description }),
})

/** Letting nodes into the cluster of this one. */
export const invitationsPlugin = (invitations: InvitationDesk) =>
  new Elysia({ name: 'router/invitations', normalize: false })
    .use(faultsAs('openai', openaiFaultBody))
    .get(PATH, () => ({ object: 'list', data: invitations.list() }), {
      ...documented('List invitations', 'The open one and the last that have ended, newest first.'),
    })
    .post(
      PATH,
      async ({ set }) => {
        const invitation = await invitations.open()
        set.status = 201
        set.headers['cache-control'] = 'no-store'
        return invitation
      },
      documented(
        'Invite a node',
        'Founds a cluster when this node is in none, and opens its doors for nodes. `code` is good for ten minutes, one node and three attempts; `join` is code and address in one. An invitation that nobody has answered yet is replaced.',
      ),
    )
    .get(
      `${PATH}/:id`,
      ({ params, query, request }) => invitations.read(params.id, readRevisionWait(query, request.signal)),
      documented(
        'How an invitation fares',
        'With `?after=REVISION&wait_ms=20000` the answer comes when something has changed since that `revision`, or after that time (25 s at most).',
      ),
    )
    .delete(`${PATH}/:id`, ({ params }) => invitations.cancel(params.id), {
      ...documented('Take an invitation back', 'Whoever is just joining is told.'),
    })
    .post(
      `${PATH}/:id/confirm`,
      ({ body, params }) => invitations.confirm(params.id, body.accept, digitsIn(body.check)),
      {
        body: ConfirmBody,
        parse: 'json',
        ...documented(
          'Let the joining node in, or not',
          '`check`: the six digits of `joiner`, which the other machine shows too. It is let in when both sides have said yes.',
          { ...FACTS, bodyLimitBytes: CONFIRM_LIMIT_BYTES },
        ),
      },
    )

/** Digits as people copy them. */
export const digitsIn = (text = ''): string => text.replaceAll(/\s/g, '')

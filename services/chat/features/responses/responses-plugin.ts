import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { OpenaiResponsesBody } from '@shared/dialects/openai/responses/responses-body-schema.ts'
import { responsesFaultBody } from '@shared/dialects/openai/responses/responses-faults.ts'
import { dropNulls } from '@shared/http/drop-nulls.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import { createAnswerResponses } from './answer-responses.ts'
import type { AnswerResponses, AnswerResponsesPorts } from './answer-responses.ts'
import { createCreateResponse } from './create-response.ts'
import type { CreateResponsePorts } from './create-response.ts'
import { createFollowResponse } from './follow-response.ts'
import type { FollowResponsePorts } from './follow-response.ts'
import { ResponseDesk } from './response-desk.ts'
import type { ResponseDeskPorts } from './response-desk.ts'
import { responsesSocketPlugin } from './responses-socket-plugin.ts'
import { modelWork } from '../models/model-work.ts'

const CREATE = modelWork('openai', 'chat')

/** Routes of one response: the node that wrote it has it. They name no model. */
const OWNED: RouteFacts = {
  ...CREATE,
  capability: 'responses',
  kind: 'owned',
  bodyLimitBytes: 64 * 1024,
  admission: 'none',
}

const READ: RouteFacts = { ...OWNED, bodyLimitBytes: 0 }

const BASES = ['/v1/responses', '/responses'] as const

const documented = (facts: RouteFacts, summary: string, description = '') => ({
  detail: routeDetail(facts, { tag: 'Responses', summary, description }),
})

export type ResponsesPorts = Omit<
  CreateResponsePorts & AnswerResponsesPorts,
  'desk' | 'createResponse' | 'followResponse'
> &
  ResponseDeskPorts &
  Pick<FollowResponsePorts, 'clock'>

/** The Responses API, over HTTP and over WebSockets. */
export const responsesPlugin = (ports: ResponsesPorts) => {
  const desk = new ResponseDesk(ports)
  const createResponse = createCreateResponse({ ...ports, desk })
  const followResponse = createFollowResponse({ ...ports, desk })
  return new Elysia({ name: 'chat/responses' })
    .use(routes(createAnswerResponses({ ...ports, desk, createResponse, followResponse }), ports.log))
    .use(responsesSocketPlugin({ ...ports, createResponse }))
}

const routes = (answer: AnswerResponses, log: Log) => {
  const plugin = new Elysia({ name: 'chat/responses-http' }).use(
    faultsAs('openai/responses', responsesFaultBody, log),
  )
  const withBody = { body: OpenaiResponsesBody, parse: 'json', transform: dropNulls } as const
  // A body of these routes says nothing; it is not even read.
  const bare = { parse: 'none' } as const
  for (const base of BASES) {
    plugin
      .post(base, ({ body, request }) => answer.create(body, request), {
        ...withBody,
        ...documented(
          CREATE,
          'Create a response, whole, streamed or in the background',
          'A background response is written behind the slots of its engine, without a place in the queue.',
        ),
      })
      .post(`${base}/input_tokens`, ({ body, request }) => answer.countInput(body, request), {
        ...withBody,
        ...documented(CREATE, 'Count the tokens that a response would be made from'),
      })
      .get(`${base}/:id`, ({ params, request }) => answer.retrieve(params.id, request), {
        ...documented(
          READ,
          'Get a response, or its events',
          'With `stream=true` all events, or those after `starting_after`; then those that come.',
        ),
      })
      .delete(`${base}/:id`, ({ params }) => answer.remove(params.id), {
        ...bare,
        ...documented(OWNED, 'Delete a response; one that is being written is stopped first'),
      })
      .post(`${base}/:id/cancel`, ({ params }) => answer.cancel(params.id), {
        ...bare,
        ...documented(OWNED, 'Stop a response; one that is done stays as it is'),
      })
      .get(`${base}/:id/input_items`, ({ params, request }) => answer.listInput(params.id, request), {
        ...documented(READ, 'List the items that a response was made from'),
      })
  }
  return plugin
}

import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { Fault } from '@shared/fault/fault.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Elysia } from 'elysia'
import type { QueueState } from '../../policy/admission/admission-queue.ts'
import type { Admission } from './admission.ts'

const FACTS: RouteFacts = {
  dialect: 'openai',
  capability: 'node',
  scope: 'inference',
  kind: 'owned',
  bodyLimitBytes: 0,
  admission: 'none',
}

/** Where a request stands, for the client that sent it: by the `x-request-id` of the request. */
export const queuePlugin = (admission: Pick<Admission, 'find'>) =>
  new Elysia({ name: 'router/queue' }).use(faultsAs('openai', openaiFaultBody)).get(
    '/v1/queue/:requestId',
    ({ params }): QueueState => {
      const state = admission.find(params.requestId)
      if (state === undefined)
        throw new Fault('not_found', 'No request of this id is waiting or running on this node.')
      return state
    },
    {
      detail: routeDetail(FACTS, {
        tag: 'Node',
        summary: 'Where a request stands in the queue',
        description: 'By the x-request-id of the request; 404 once it is answered.',
      }),
    },
  )

import { REQUEST_ID_HEADER } from '@shared/contracts/internal-header.ts'
import type { OpenaiResponsesBody } from '@shared/dialects/openai/responses/responses-body-schema.ts'
import { decodeResponses } from '@shared/dialects/openai/responses/responses-decode.ts'
import {
  RESPONSES_DONE,
  responsesFaultFrame,
  responsesFrame,
} from '@shared/dialects/openai/responses/responses-frames.ts'
import type { WrittenEvent } from '@shared/dialects/openai/responses/responses-frames.ts'
import { Fault } from '@shared/fault/fault.ts'
import { clientHasLeft } from '@shared/http/client-has-left.ts'
import { streamReply } from '@shared/http/stream-reply.ts'
import { warningsHeader } from '@shared/http/warnings-header.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { ModelDirectory } from '../models/model-directory.ts'
import { requestedModel } from '../models/requested-model.ts'
import type { CountTokens } from '../tokens/count-tokens.ts'
import { visitIdOf } from '../usage/visit-id-of.ts'
import { historyOf } from './create-response.ts'
import type { CreateResponse, StartedResponse } from './create-response.ts'
import type { FollowResponse } from './follow-response.ts'
import { listInputItems } from './list-input-items.ts'
import { readToEnd } from './play-response.ts'
import type { ResponseDesk } from './response-desk.ts'
import type { ResponseStore } from './response-store.ts'

export interface AnswerResponsesPorts {
  readonly createResponse: CreateResponse
  readonly followResponse: FollowResponse
  readonly countTokens: CountTokens
  readonly desk: ResponseDesk
  readonly store: Pick<ResponseStore, 'findItem'>
  readonly directory: ModelDirectory
  readonly log: Log
}

/** What each route of the Responses API answers. */
export interface AnswerResponses {
  create(body: OpenaiResponsesBody, request: Request): Promise<Response>
  countInput(body: OpenaiResponsesBody, request: Request): Promise<Response>
  retrieve(id: string, request: Request): Response
  cancel(id: string): Response
  remove(id: string): Response
  listInput(id: string, request: Request): Response
}

export const createAnswerResponses = (ports: AnswerResponsesPorts): AnswerResponses => {
  const { desk, directory } = ports
  return {
    create: (body, request) => create(ports, body, request),
    async countInput(body, request) {
      const model = await requestedModel(directory, body.model, 'chat', request)
      const decoded = decodeResponses(body, {
        model,
        responseId: 'resp_0',
        history: historyOf(body.previous_response_id, (id) => desk.conversation(id)),
        findItem: (id) => ports.store.findItem(id),
      })
      const tokens = await ports.countTokens(model, decoded.request.prompt, request.signal)
      return Response.json(
        { object: 'response.input_tokens', input_tokens: tokens },
        { headers: Object.fromEntries(warningsHeader(decoded.warnings)) },
      )
    },
    retrieve(id, request) {
      const query = new URL(request.url).searchParams
      if (query.get('stream') !== 'true') return Response.json(desk.get(id))
      const left = new AbortController()
      const signal = AbortSignal.any([request.signal, left.signal])
      return replyWith(ports, request, ports.followResponse(id, startingAfter(query), signal), left)
    },
    cancel: (id) => Response.json(desk.cancel(id)),
    remove(id) {
      desk.remove(id)
      return Response.json({ id, object: 'response.deleted', deleted: true })
    },
    listInput: (id, request) =>
      Response.json(listInputItems(desk.input(id), new URL(request.url).searchParams)),
  }
}

const create = async (
  ports: AnswerResponsesPorts,
  body: OpenaiResponsesBody,
  request: Request,
): Promise<Response> => {
  const left = new AbortController()
  const signal = AbortSignal.any([request.signal, left.signal])
  try {
    const model = await requestedModel(ports.directory, body.model, 'chat', request)
    const started = await ports.createResponse(body, { model, signal, visitId: visitIdOf(request) })
    const response = await replyOf(ports, started, { request, left })
    for (const [name, value] of warningsHeader(started.warnings)) response.headers.set(name, value)
    return response
  } catch (error) {
    left.abort(error)
    if (request.signal.aborted) return clientHasLeft()
    throw error
  }
}

interface Client {
  readonly request: Request
  readonly left: AbortController
}

const replyOf = async (
  ports: AnswerResponsesPorts,
  { events, isStream, run }: StartedResponse,
  { request, left }: Client,
): Promise<Response> => {
  if (events !== undefined && isStream) return replyWith(ports, request, framesOf(events), left)
  if (isStream) {
    const signal = AbortSignal.any([request.signal, left.signal])
    return replyWith(ports, request, ports.followResponse(run.resource.id, -1, signal), left)
  }
  if (events !== undefined) await readToEnd(events)
  if (request.signal.aborted) return clientHasLeft()
  if (run.fault !== undefined) throw run.fault
  return Response.json(run.resource)
}

async function* framesOf(events: AsyncIterable<WrittenEvent>): AsyncGenerator<string> {
  for await (const event of events) yield responsesFrame(event)
  yield RESPONSES_DONE
}

const replyWith = (
  { log }: AnswerResponsesPorts,
  request: Request,
  frames: AsyncIterable<string>,
  left: AbortController,
): Response =>
  streamReply(frames, {
    contentType: 'text/event-stream',
    faultFrame: responsesFaultFrame,
    onCancel: () => left.abort(new DOMException('The client has left.', 'AbortError')),
    onFault: (fault) =>
      log.error({ err: fault, requestId: request.headers.get(REQUEST_ID_HEADER) }, 'stream failed'),
  })

/** The number of the last event that the caller has; −1 for none. */
const startingAfter = (query: URLSearchParams): number => {
  const text = query.get('starting_after')
  if (text === null) return -1
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new Fault(
    'invalid_request',
    "'starting_after' must be a whole number: that of the last event you have.",
    {
      param: 'starting_after',
    },
  )
}

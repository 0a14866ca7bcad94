import { REQUEST_ID_HEADER } from '@shared/contracts/internal-header.ts'
import type { DecodedRequest, ReplyContext, TextDialect } from '@shared/dialects/text-dialect.ts'
import { clientHasLeft } from '@shared/http/client-has-left.ts'
import { streamReply } from '@shared/http/stream-reply.ts'
import { warningsHeader } from '@shared/http/warnings-header.ts'
import { collectGeneration } from '@shared/inference/collect-generation.ts'
import type { GenerateRequest } from '@shared/inference/generate-request.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { Log } from '@shared/log/create-log.ts'
import { engineWishesOf } from '../models/engine-wishes.ts'
import type { HoldModel } from '../models/hold-model.ts'
import type { ModelDirectory } from '../models/model-directory.ts'
import { requestedModel } from '../models/requested-model.ts'
import { visitIdOf } from '../usage/visit-id-of.ts'
import type { GenerateText } from './generate-text.ts'
import { mergeChoices } from './merge-choices.ts'
import { primed } from './primed.ts'

export interface AnswerTextPorts {
  readonly generateText: GenerateText
  readonly holdModel: HoldModel
  readonly directory: ModelDirectory
  /** Unix milliseconds. */
  readonly now: () => number
  readonly createId: () => string
  readonly log: Log
}

/** Answers one request in one dialect, whole or streamed: decode, generate, encode. The same for every dialect. */
export const createAnswerText =
  (ports: AnswerTextPorts) =>
  async <Body extends { readonly model?: string }>(
    dialect: TextDialect<Body>,
    body: Body,
    request: Request,
  ): Promise<Response> => {
    const left = new AbortController()
    const signal = AbortSignal.any([request.signal, left.signal])
    const model = await requestedModel(ports.directory, body.model, 'chat', request)
    const decoded = dialect.decode(body, model)
    const reply: ReplyContext = {
      id: ports.createId(),
      createdAt: Math.floor(ports.now() / 1000),
      model: body.model?.trim() || model,
      now: ports.now,
      includesTimings: request.headers.has('extra-usage'),
    }
    const warnings = new Set(decoded.warnings)
    const wishes = { ...engineWishesOf(decoded, warnings), visitId: visitIdOf(request) }
    const generate: Generate = (wanted) => ports.generateText(wanted, signal, wishes)
    try {
      if (decoded.residence !== undefined)
        await ports.holdModel(model, { ...decoded, type: decoded.residence }, signal)
      const response = decoded.isStream
        ? await streamed(ports, dialect, decoded, { generate, reply, signal, left, request })
        : Response.json(await whole(dialect, decoded, { generate, reply }))
      for (const [name, value] of warningsHeader([...warnings])) response.headers.set(name, value)
      return response
    } catch (error) {
      // One of several answers failed: stop the others.
      left.abort(error)
      if (request.signal.aborted) return clientHasLeft()
      throw error
    }
  }

type Generate = (wanted: GenerateRequest) => AsyncIterable<GenerationEvent>

const whole = async <Body>(
  dialect: TextDialect<Body>,
  decoded: DecodedRequest,
  { generate, reply }: { readonly generate: Generate; readonly reply: ReplyContext },
): Promise<unknown> => {
  const generations = await Promise.all(decoded.requests.map((wanted) => collectGeneration(generate(wanted))))
  return dialect.encode(generations, decoded, reply)
}

interface StreamContext {
  readonly generate: Generate
  readonly reply: ReplyContext
  readonly signal: AbortSignal
  readonly left: AbortController
  readonly request: Request
}

const streamed = async <Body>(
  { log }: AnswerTextPorts,
  dialect: TextDialect<Body>,
  decoded: DecodedRequest,
  { generate, reply, signal, left, request }: StreamContext,
): Promise<Response> => {
  const events = await primed(mergeChoices(decoded.requests.map(generate)))
  const requestId = request.headers.get(REQUEST_ID_HEADER)
  return streamReply(dialect.frames(events, decoded, reply), {
    contentType: dialect.streamType,
    faultFrame: (fault) => dialect.faultFrame(fault, requestId),
    onCancel: () => left.abort(new DOMException('The client has left.', 'AbortError')),
    onFault: (fault) => {
      if (signal.aborted) return
      log.error({ err: fault, requestId }, 'stream failed')
    },
  })
}

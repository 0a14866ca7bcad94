import type { OpenaiResponsesBody } from '@shared/dialects/openai/responses/responses-body-schema.ts'
import { decodeResponses } from '@shared/dialects/openai/responses/responses-decode.ts'
import type { WrittenEvent } from '@shared/dialects/openai/responses/responses-frames.ts'
import type { ContextItem } from '@shared/dialects/openai/responses/responses-input.ts'
import { newResource } from '@shared/dialects/openai/responses/responses-resource.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { Log } from '@shared/log/create-log.ts'
import { engineWishesOf } from '../models/engine-wishes.ts'
import type { GenerateText } from '../text/generate-text.ts'
import { primed } from '../text/primed.ts'
import { playResponse, readToEnd } from './play-response.ts'
import type { Conversation, ResponseDesk } from './response-desk.ts'
import type { ResponseRun } from './response-run.ts'
import type { ResponseStore } from './response-store.ts'

export interface CreateResponsePorts {
  readonly generateText: GenerateText
  readonly desk: ResponseDesk
  readonly store: Pick<ResponseStore, 'findItem'>
  /** Unix milliseconds. */
  readonly now: () => number
  readonly createId: () => string
  readonly log: Log
}

/** For whom a response is made. */
export interface ResponseCaller {
  readonly model: ModelId
  /** Fires when the caller has left: a response that is not in the background ends with it. */
  readonly signal: AbortSignal
  /** Conversations that only this caller knows, because they were not stored. */
  readonly recall?: (id: string) => Conversation | undefined
  /** All its responses are streamed, whatever they say. */
  readonly alwaysStreams?: boolean
  readonly visitId: string | undefined
}

export interface StartedResponse {
  readonly run: ResponseRun
  /** To be read to the end, or returned: reading them is what writes the response. Absent when it is written anyway. */
  readonly events: AsyncIterable<WrittenEvent> | undefined
  readonly isStream: boolean
  readonly warnings: readonly string[]
}

export type CreateResponse = (body: OpenaiResponsesBody, caller: ResponseCaller) => Promise<StartedResponse>

/**
 * Begins a response. One in the background is written from now on, behind the engine's own slots, whoever is there;
 * any other has had its first event from the engine, so that a refusal is thrown and never stored.
 */
export const createCreateResponse =
  (ports: CreateResponsePorts): CreateResponse =>
  async (body, caller) => {
    const { desk, log, now } = ports
    const id = `resp_${ports.createId()}`
    const decoded = decodeResponses(body, {
      model: caller.model,
      responseId: id,
      history: historyOf(body.previous_response_id, (id) => caller.recall?.(id) ?? desk.conversation(id)),
      findItem: (itemId) => ports.store.findItem(itemId),
    })
    const { context, request, settings } = decoded
    const isStream = decoded.isStream || caller.alwaysStreams === true
    const initial = newResource(settings, { id, createdAt: Math.floor(now() / 1000) })
    const run = desk.prepare(initial, { context, keepsEvents: isStream })
    const warnings = new Set(decoded.warnings)
    const signal = settings.background ? run.signal : AbortSignal.any([run.signal, caller.signal])
    const wishes = { ...engineWishesOf(decoded, warnings), visitId: caller.visitId }
    const answer = ports.generateText(request, signal, wishes)
    if (settings.background) {
      desk.admit(run)
      void readToEnd(playResponse(run, answer, signal, log))
      return { run, events: undefined, isStream, warnings: [...warnings] }
    }
    const begun = await primed(answer)
    try {
      desk.admit(run)
    } catch (error) {
      await begun[Symbol.asyncIterator]().return?.()
      throw error
    }
    // Its first event comes at once; from then on it ends properly whenever it is left.
    const events = await primed(playResponse(run, begun, signal, log))
    return { run, events, isStream, warnings: [...warnings] }
  }

/** What a response goes on from. @throws what `find` throws */
export const historyOf = (
  previous: string | undefined,
  find: (id: string) => Conversation,
): readonly ContextItem[] =>
  previous === undefined
    ? []
    : find(previous).items.map((item) => ({ ...item, param: 'previous_response_id' }))

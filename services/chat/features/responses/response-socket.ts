import { OpenaiResponsesBody } from '@shared/dialects/openai/responses/responses-body-schema.ts'
import { responsesErrorEvent } from '@shared/dialects/openai/responses/responses-faults.ts'
import { isRecord } from '@shared/dialects/wire-field.ts'
import { Fault } from '@shared/fault/fault.ts'
import { toFault } from '@shared/fault/to-fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { ModelDirectory } from '../models/model-directory.ts'
import type { CreateResponse } from './create-response.ts'
import type { ResponseClock } from './follow-response.ts'
import type { Conversation } from './response-desk.ts'
import type { ResponseRun } from './response-run.ts'

export interface ResponseSocketPorts {
  readonly createResponse: CreateResponse
  readonly directory: Pick<ModelDirectory, 'resolve'>
  readonly clock: ResponseClock
  readonly log: Log
}

/** The client's end, as Bun has it. */
export interface SocketEnd {
  /** Of the socket's opening. */
  readonly visitId: string | undefined
  /** @returns −1 when the message waits for the client to read, 0 when it was lost */
  send(message: string): number
  close(code: number, reason: string): void
}

const LONGEST_CONNECTION_MS = 60 * 60 * 1000
const POLICY_VIOLATION = 1008
const TOO_BIG = 1009

const checkBody = TypeCompiler.Compile(OpenaiResponsesBody)

/**
 * Responses over one WebSocket, one at a time: the events of the stream as messages. The next event is asked for when the
 * client has room for it, so nothing piles up here. What was not stored can be gone on from in the same socket.
 */
export class ResponseSocket {
  private turn: AbortController | undefined
  private last: Conversation | undefined
  private isClosed = false
  private drained: PromiseWithResolvers<void> | undefined
  private readonly cancelLimit: () => void

  constructor(
    private readonly ports: ResponseSocketPorts,
    private readonly end: SocketEnd,
  ) {
    this.cancelLimit = ports.clock.after(LONGEST_CONNECTION_MS, () => this.endOfTime())
  }

  /** @param message parsed JSON, or the text itself when it was none */
  async message(message: unknown): Promise<void> {
    // Who does not read what is here already does not get more.
    if (this.drained !== undefined) return this.end.close(POLICY_VIOLATION, 'read before you write')
    try {
      const body = readMessage(message)
      if (this.turn !== undefined)
        throw new Fault(
          'conflict',
          'A response is being written on this socket. Wait until it is done, or open another.',
        )
      await this.answer(body)
    } catch (thrown) {
      await this.tell(toFault(thrown))
    }
  }

  drain(): void {
    this.drained?.resolve()
    this.drained = undefined
  }

  close(): void {
    this.isClosed = true
    this.cancelLimit()
    this.turn?.abort(new DOMException('The client has left.', 'AbortError'))
    this.drain()
  }

  private async answer(body: OpenaiResponsesBody): Promise<void> {
    const turn = new AbortController()
    this.turn = turn
    try {
      const model = await this.ports.directory.resolve(body.model, 'chat', turn.signal)
      const { events, run } = await this.ports.createResponse(body, {
        model,
        signal: turn.signal,
        alwaysStreams: true,
        visitId: this.end.visitId,
        recall: (id) => (this.last?.id === id ? this.last : undefined),
      })
      for await (const { json } of events ?? []) if (!(await this.send(json))) break
      this.remember(run)
    } finally {
      this.turn = undefined
    }
  }

  private remember({ facts, resource }: ResponseRun): void {
    if (resource.store) return
    this.last = { id: resource.id, items: [...facts.context, ...resource.output.map((item) => ({ item }))] }
  }

  /** @returns false when nobody is there to read it */
  private async send(json: string): Promise<boolean> {
    if (this.isClosed) return false
    const sent = this.end.send(json)
    if (sent === 0) this.end.close(TOO_BIG, 'a message was too big to be sent')
    if (sent < 0) {
      this.drained = Promise.withResolvers()
      await this.drained.promise
    }
    return sent !== 0
  }

  private async tell(fault: Fault): Promise<void> {
    if (this.isClosed) return
    if (fault.code === 'internal') this.ports.log.error({ err: fault.cause }, 'unexpected failure')
    await this.send(JSON.stringify({ ...responsesErrorEvent(fault), status: fault.status }))
  }

  private endOfTime(): void {
    const facts = {
      code: 'websocket_connection_limit_reached',
      message:
        'A WebSocket is open for 60 minutes at most. Open another and go on with previous_response_id.',
      param: null,
    }
    const error = { ...facts, type: 'invalid_request_error' }
    this.end.send(JSON.stringify({ ...facts, type: 'error', status: 400, error }))
    this.end.close(1000, 'open for too long')
  }
}

/** @throws Fault for anything but a `response.create` with a body as the route's */
const readMessage = (message: unknown): OpenaiResponsesBody => {
  if (!isRecord(message)) {
    throw new Fault(
      'invalid_request',
      "unsupported message type: send a JSON object whose type is 'response.create'.",
    )
  }
  const { type, ...fields } = message
  if (type !== 'response.create') {
    throw new Fault(
      'invalid_request',
      `unsupported message type: '${String(type).slice(0, 40)}'. Supported is 'response.create'.`,
      { param: 'type' },
    )
  }
  const body = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
  if (body['background'] === true)
    throw new Fault(
      'invalid_request',
      "'background' is not supported on a WebSocket: use POST /v1/responses.",
      {
        param: 'background',
      },
    )
  if (checkBody.Check(body)) return body
  const wrong = checkBody.Errors(body).First()
  const param = (wrong?.path ?? '').slice(1).replaceAll('/', '.')
  throw new Fault('invalid_request', `Invalid '${param}': ${wrong?.message ?? 'is not as documented'}`, {
    param,
  })
}

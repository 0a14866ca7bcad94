import { Fault } from '@shared/fault/fault.ts'
import { isRecord } from '../wire-field.ts'
import type { RemoteModel } from './remote-model.ts'

/** A refusal of another machine's server. */
export interface RemoteRefusal {
  readonly status: number
  /** Its parsed body, or the event of a stream with an `error`. */
  readonly body: unknown
  /** Its header `retry-after`. */
  readonly retryAfter: string | null
  /** Its key, which it may repeat. */
  readonly secret: string | undefined
}

const LONGEST_QUOTE = 200
const RETRY_AFTER_SECONDS = 5
const LONGEST_RETRY_AFTER_SECONDS = 3600
const BUSY: readonly number[] = [408, 425, 429, 502, 503, 504]
const WRONG: readonly number[] = [400, 413, 415, 422]
const ABOUT_CONTEXT =
  /too large to process|context[ _](length|size|window)|maximum context|exceed[a-z]* .{0,40}context|too long for/i

/** As ours: what happened, with the server's own reason as a short quotation where it helps the caller. */
export const remoteFault = (refusal: RemoteRefusal, model: RemoteModel): Fault => {
  const { status } = refusal
  const { id, machine } = model
  if (status === 401 || status === 403)
    return new Fault(
      'unavailable',
      `The key of the external machine '${machine}' is wrong. Its owner has to remove it and add it again with another: skein external add … --key-file FILE.`,
      { retryAfterSeconds: LONGEST_RETRY_AFTER_SECONDS },
    )
  if (status === 404)
    return new Fault('model_not_found', `The machine '${machine}' no longer has the model '${id}'.`, {
      param: 'model',
    })
  if (BUSY.includes(status))
    return new Fault('overloaded', `The machine '${machine}' has no room for this request now.`, {
      retryAfterSeconds: secondsOf(refusal.retryAfter),
    })
  return quotedFault(refusal, model)
}

const quotedFault = (refusal: RemoteRefusal, model: RemoteModel): Fault => {
  const { status } = refusal
  const { machine } = model
  const reason = quoteOf(refusal)
  if (isAboutContext(reason, refusal)) return contextFault(reason, refusal, model)
  if (WRONG.includes(status))
    return new Fault(
      'invalid_request',
      `The machine '${machine}' refused the request${reason === '' ? '.' : `: "${reason}"`}`,
    )
  if (status === 405 || status === 501)
    return new Fault('not_supported', `The machine '${machine}' cannot do this.`)
  return new Fault('engine_failed', `The machine '${machine}' failed${reason === '' ? '' : `: "${reason}"`}.`)
}

/** The event of a stream that tells of a failure, as a refusal; undefined for all others. */
export const refusalInStream = (event: unknown): Pick<RemoteRefusal, 'status' | 'body'> | undefined => {
  if (!isRecord(event) || (event['error'] ?? null) === null) return undefined
  const code = isRecord(event['error']) ? Number(event['error']['code']) : Number.NaN
  return { status: code >= 400 && code < 600 ? code : 500, body: event }
}

const isAboutContext = (reason: string, { body }: RemoteRefusal): boolean => {
  const error = errorOf(body)
  const isNamed = error['type'] === 'exceed_context_size_error' || error['code'] === 'context_length_exceeded'
  return isNamed || ABOUT_CONTEXT.test(reason)
}

/** The wording is OpenAI's: clients look for "maximum context length". */
const contextFault = (reason: string, { body }: RemoteRefusal, { id, machine }: RemoteModel): Fault => {
  const error = errorOf(body)
  const [, tokens, batch] = /\((\d+) tokens\).*batch size: (\d+)/.exec(reason) ?? []
  const promptTokens = Number(error['n_prompt_tokens'] ?? tokens)
  const contextTokens = Number(error['n_ctx'] ?? batch)
  if (!Number.isSafeInteger(promptTokens) || !Number.isSafeInteger(contextTokens))
    return new Fault(
      'context_length_exceeded',
      `This request exceeds the maximum context length of '${id}' on the machine '${machine}'. Please reduce the length of the messages.`,
    )
  return new Fault(
    'context_length_exceeded',
    `This model's maximum context length is ${contextTokens} tokens. However, your messages resulted in ${promptTokens} tokens. Please reduce the length of the messages.`,
    { details: { promptTokens, contextTokens } },
  )
}

const errorOf = (body: unknown): Readonly<Record<string, unknown>> =>
  isRecord(body) && isRecord(body['error']) ? body['error'] : {}

const secondsOf = (header: string | null): number => {
  const seconds = Number(header)
  if (header === null || !Number.isFinite(seconds) || seconds <= 0) return RETRY_AFTER_SECONDS
  return Math.min(Math.ceil(seconds), LONGEST_RETRY_AFTER_SECONDS)
}

/** The server's message: one line, short, and without its key. */
const quoteOf = ({ body, secret }: RemoteRefusal): string => {
  const { detail, error, message } = isRecord(body) ? body : {}
  const told = [isRecord(error) ? error['message'] : error, message, detail].find(
    (text) => typeof text === 'string',
  )
  const text = typeof told === 'string' ? told.slice(0, 10 * LONGEST_QUOTE) : ''
  const safe = secret === undefined ? text : text.replaceAll(secret, '…')
  return safe
    .toWellFormed()
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_QUOTE)
}

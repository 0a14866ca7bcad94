/**
 * The closed list of ways in which Skein fails, and the HTTP status of each.
 * A dialect maps every code to its own envelope (`satisfies Record<FaultCode, …>`), so that a new code
 * that a dialect was not taught is a compile error.
 */
export const FAULT_STATUS = {
  /** The body or a parameter is wrong; `param` names it. */
  invalid_request: 400,
  /** Prompt and answer do not fit the model's context window. */
  context_length_exceeded: 400,
  unauthorized: 401,
  forbidden: 403,
  /** No such route or resource. */
  not_found: 404,
  model_not_found: 404,
  method_not_allowed: 405,
  /** The client took too long to send its request. */
  request_timeout: 408,
  /** The thing is in a state that forbids this (a model in use cannot be deleted). */
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  /** The model file is broken or of a kind that no engine here can run. */
  model_not_loadable: 422,
  /** The caller's own limit, or a queue that is full. */
  rate_limited: 429,
  queue_full: 429,
  /** Our own mistake. The message is a fixed sentence; the original is in `cause`. */
  internal: 500,
  /** The engine died or failed while it worked on this request. */
  engine_failed: 500,
  /** This platform or build cannot do it. */
  not_supported: 501,
  /** No capacity now: try again after `retryAfterSeconds`. */
  overloaded: 503,
  /** A part of this node is not (yet) running: try again after `retryAfterSeconds`. */
  unavailable: 503,
  /** No model is loaded or installed, and none was named. */
  no_model: 503,
} as const

export type FaultCode = keyof typeof FAULT_STATUS

export interface FaultOptions {
  /** Name of the field or parameter at fault, as the caller wrote it. */
  readonly param?: string
  /** Seconds after which a retry makes sense; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** Facts for the caller that a program may read (position, ETA in ms, limits). */
  readonly details?: Readonly<Record<string, string | number | boolean>>
  readonly cause?: unknown
}

/** A failure that a caller may see. The message is written for them: what happened and the next step. */
export class Fault extends Error {
  readonly code: FaultCode
  readonly param: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly details: Readonly<Record<string, string | number | boolean>> | undefined

  constructor(code: FaultCode, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Fault'
    this.code = code
    this.param = options.param
    this.retryAfterSeconds = options.retryAfterSeconds
    this.details = options.details
  }

  get status(): number {
    return FAULT_STATUS[this.code]
  }
}

import { INTERNAL_HEADER } from '@shared/contracts/internal-header.ts'
import { Fault } from '@shared/fault/fault.ts'
import { REQUEST_CLASSES } from '@shared/inference/request-class.ts'
import type { RequestClass } from '@shared/inference/request-class.ts'

/** On whose account a request waits, and for how long. A request that a service sends on behalf of another carries its. */
export interface CallTerms {
  /** Whose share of the node it is taken from. */
  readonly caller: string
  readonly requestClass: RequestClass
  /** Unix milliseconds after which the caller no longer waits; undefined: they do not say. */
  readonly deadline: number | undefined
}

/** Longer than the id of any key. */
const LONGEST_CALLER = 128

/**
 * The class that a client asks for by header; undefined: none. All other internal headers of a client are not heard.
 * @throws Fault `invalid_request` for a class that does not exist
 */
export const askedClass = (headers: Headers): RequestClass | undefined => {
  const asked = headers.get(INTERNAL_HEADER.class)
  if (asked === null) return undefined
  const known = REQUEST_CLASSES.find((name) => name === asked.trim().toLowerCase())
  if (known !== undefined) return known
  const choices = REQUEST_CLASSES.join(' or ')
  throw new Fault('invalid_request', `Invalid '${INTERNAL_HEADER.class}': it is ${choices}.`, {
    param: INTERNAL_HEADER.class,
  })
}

/**
 * The terms of a call of one of our own services, which must have been told apart before: anybody can write headers.
 * @throws Fault `invalid_request`
 */
export const internalTerms = (headers: Headers): CallTerms => {
  const caller = headers.get(INTERNAL_HEADER.caller)?.trim() ?? ''
  if (caller === '' || caller.length > LONGEST_CALLER) throw broken(INTERNAL_HEADER.caller)
  return { caller, requestClass: askedClass(headers) ?? 'interactive', deadline: deadlineIn(headers) }
}

const deadlineIn = (headers: Headers): number | undefined => {
  const text = headers.get(INTERNAL_HEADER.deadline)
  if (text === null) return undefined
  const deadline = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(deadline) || deadline < 0)
    throw broken(INTERNAL_HEADER.deadline)
  return deadline
}

const broken = (header: string): Fault =>
  new Fault('invalid_request', `An internal call needs a sound '${header}'.`, { param: header })

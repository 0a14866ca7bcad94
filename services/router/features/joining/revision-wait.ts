import { Fault } from '@shared/fault/fault.ts'
import type { RevisionWait } from './invitation-desk.ts'

/** A held request must end before a proxy or a client loses patience. */
const LONGEST_WAIT_MS = 25_000

/** `?after=3&wait_ms=20000`: answered when there is a later revision than 3, or after that time. @throws Fault */
export const readRevisionWait = (
  query: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): RevisionWait | undefined => {
  const { after, wait_ms: waitMs } = query
  if (after === undefined && waitMs === undefined) return undefined
  return {
    after: wholeNumber(after ?? '-1', 'after'),
    waitMs: Math.min(LONGEST_WAIT_MS, wholeNumber(waitMs ?? String(LONGEST_WAIT_MS), 'wait_ms')),
    signal,
  }
}

const wholeNumber = (text: string, param: string): number => {
  if (/^-?\d{1,9}$/.test(text)) return Number(text)
  throw new Fault('invalid_request', `Invalid '${param}': expected a whole number.`, { param })
}

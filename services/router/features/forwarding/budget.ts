import { Fault } from '@shared/fault/fault.ts'

/** Something that there is only so much of on this node: open connections, bytes of memory. */
export interface Budget {
  /** Takes an amount; the returned function gives it back. @throws Fault `overloaded` when it is not there */
  take(amount: number): () => void
}

/** Seconds after which a caller may find room again. */
const RETRY_SECONDS = 2

/** @param what for the caller, as in "has no room for more …" */
export const createBudget = (limit: number, what: string): Budget => {
  let taken = 0
  return {
    take(amount) {
      if (taken + amount > limit) {
        throw new Fault('overloaded', `This node has no room for more ${what} now. Try again in a moment.`, {
          retryAfterSeconds: RETRY_SECONDS,
        })
      }
      taken += amount
      return () => {
        taken -= amount
      }
    },
  }
}

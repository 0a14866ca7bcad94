import { Fault } from '@shared/fault/fault.ts'

/** Something that there is only so much of on this node: open connections, bytes of memory. */
export interface Budget {
  /** Takes an amount; the returned function gives it back. @throws Fault `overloaded` when it is not there */
  take(amount: number): () => void
  /** For one who does not know yet how much it will be. */
  openTab(): BudgetTab
}

export interface BudgetTab {
  /** Takes some more. @throws Fault `overloaded` when it is not there; what was taken before stays taken */
  add(amount: number): void
  /** Gives all of it back. Only the first call counts, and nothing can be taken after it. */
  close(): void
}

/** Seconds after which a caller may find room again. */
const RETRY_SECONDS = 2

/** @param what for the caller, as in "has no room for more …" */
export const createBudget = (limit: number, what: string): Budget => {
  let taken = 0
  const openTab = (): BudgetTab => {
    let onTab = 0
    let isOpen = true
    return {
      add(amount) {
        if (!isOpen) return
        if (taken + amount > limit) throw noRoom(what)
        taken += amount
        onTab += amount
      },
      close() {
        isOpen = false
        taken -= onTab
        onTab = 0
      },
    }
  }
  return {
    openTab,
    take(amount) {
      const tab = openTab()
      tab.add(amount)
      return () => tab.close()
    },
  }
}

const noRoom = (what: string): Fault =>
  new Fault('overloaded', `This node has no room for more ${what} now. Try again in a moment.`, {
    retryAfterSeconds: RETRY_SECONDS,
  })

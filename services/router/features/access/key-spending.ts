import { NewestEntries } from '../../policy/newest-entries.ts'
import type { UsageFeed } from '../usage/usage-feed.ts'
import type { KeyUsage } from './key-usage.ts'

export interface KeySpendingPorts {
  readonly usage: Pick<KeyUsage, 'onTokens'>
  readonly feed: UsageFeed
  /** Unix milliseconds. */
  readonly now: () => number
}

export interface KeySpending {
  /** Engines may work for this visit, on the account of this key. */
  remember(visitId: string, keyId: string): void
}

/** Visits whose key is remembered: work in the background is told of hours after its visit has ended. */
const REMEMBERED_VISITS = 100_000

/** Charges the tokens that engines used to the key whose visit asked for them. */
export const createKeySpending = ({ feed, now, usage }: KeySpendingPorts): KeySpending => {
  const keyOfVisit = new NewestEntries<string>(REMEMBERED_VISITS)
  feed.onUse(({ completionTokens, promptTokens, visitId }) => {
    const keyId = keyOfVisit.get(visitId)
    if (keyId !== undefined) usage.onTokens(keyId, promptTokens + completionTokens, now())
  })
  return {
    remember(visitId, keyId) {
      keyOfVisit.set(visitId, keyId)
    },
  }
}

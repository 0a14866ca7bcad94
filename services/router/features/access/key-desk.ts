import type { AccessKey } from '@shared/access/access-key.ts'
import type { RouteEntry } from '@shared/contracts/route-manifest.ts'
import type { Visit } from '../forwarding/visit.ts'
import type { UsageFeed } from '../usage/usage-feed.ts'
import { createKeyLimits } from './key-limits.ts'
import type { KeyRing } from './key-ring.ts'
import { createKeySpending } from './key-spending.ts'
import type { KeyUsage } from './key-usage.ts'
import { OpenVisits } from './open-visits.ts'

export interface KeyDeskPorts {
  readonly keys: Pick<KeyRing, 'onRevoked'>
  readonly usage: KeyUsage
  readonly feed: UsageFeed
  /** Unix milliseconds. */
  readonly now: () => number
}

/** Where a visit with a key signs in, once it was let in: its limits, its end when the key is revoked, its tokens. */
export interface KeyDesk {
  /** @throws Fault `rate_limited` */
  signIn(visit: Visit, key: AccessKey, entry: Pick<RouteEntry, 'admission' | 'method'>): void
}

export const createKeyDesk = (ports: KeyDeskPorts): KeyDesk => {
  const limits = createKeyLimits(ports)
  const spending = createKeySpending(ports)
  const openVisits = new OpenVisits()
  ports.keys.onRevoked((keyId) => openVisits.onRevoked(keyId))
  return {
    signIn(visit, key, { admission, method }) {
      // Over a WebSocket engines are asked later, and past the queue of the front door.
      const isForTokens = admission === 'engine' || method === 'WS'
      limits.onRequest(key, isForTokens)
      const { close, cut } = openVisits.open(key.id)
      visit.hold(close)
      visit.cut = cut
      if (isForTokens) spending.remember(visit.visitId, key.id)
    },
  }
}

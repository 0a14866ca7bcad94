import type { AccessKey } from '@shared/access/access-key.ts'
import type { RouteEntry } from '@shared/contracts/route-manifest.ts'
import { Fault } from '@shared/fault/fault.ts'
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
  signIn(visit: Visit, key: AccessKey, entry: VisitedRoute): void
  /**
   * A visit that another node has let in and counted: it ends when the key is revoked, and what it takes here is charged
   * here, so that the budget adds up over all nodes.
   */
  signInFromPeer(visit: Visit, keyId: string, entry: VisitedRoute): void
}

export type VisitedRoute = Pick<RouteEntry, 'admission' | 'method'>

export const createKeyDesk = (ports: KeyDeskPorts): KeyDesk => {
  const limits = createKeyLimits(ports)
  const spending = createKeySpending(ports)
  const openVisits = new OpenVisits()
  ports.keys.onRevoked((keyId) =>
    openVisits.end(keyId, new Fault('unauthorized', 'This API key was revoked.')),
  )
  const enter = (visit: Visit, keyId: string, entry: VisitedRoute): void => {
    const { close, cut } = openVisits.open(keyId)
    visit.hold(close)
    // What another node has sent may already end with that node.
    visit.cut = visit.cut === undefined ? cut : AbortSignal.any([visit.cut, cut])
    if (isForTokens(entry)) spending.remember(visit.visitId, keyId)
  }
  return {
    signIn(visit, key, entry) {
      limits.onRequest(key, isForTokens(entry))
      enter(visit, key.id, entry)
    },
    signInFromPeer: enter,
  }
}

/** Over a WebSocket engines are asked later, and past the queue of the front door. */
const isForTokens = ({ admission, method }: VisitedRoute): boolean =>
  admission === 'engine' || method === 'WS'

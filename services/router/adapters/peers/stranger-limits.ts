import { Fault } from '@shared/fault/fault.ts'
import { clientNetwork } from '../../policy/client-network.ts'
import { NewestEntries } from '../../policy/newest-entries.ts'
import { takeRequest } from '../../policy/request-rate.ts'
import type { RequestAllowance } from '../../policy/request-rate.ts'

const PER_SECOND = 20
/** `takeRequest` counts by the minute, so a second of ours is given to it as one. */
const SECONDS_PER_MINUTE = 60
const REMEMBERED_ADDRESSES = 4096

/**
 * Holds each address of people who have not shown who they are to twenty requests a second.
 * @param now milliseconds
 * @returns throws Fault `rate_limited`
 */
export const createStrangerLimits = (now: () => number): ((address: string) => void) => {
  const allowances = new NewestEntries<RequestAllowance>(REMEMBERED_ADDRESSES)
  return (address) => {
    const network = clientNetwork(address)
    const verdict = takeRequest(allowances.get(network), PER_SECOND, now() * SECONDS_PER_MINUTE)
    allowances.set(network, verdict.allowance)
    if (verdict.waitMs > 0) {
      throw new Fault('rate_limited', 'Too many requests from this address. Try again in a second.', {
        retryAfterSeconds: 1,
      })
    }
  }
}

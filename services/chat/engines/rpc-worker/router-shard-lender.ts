import { readHeldReply } from '@shared/contracts/held-grant.ts'
import type { GrantTimer } from '@shared/contracts/held-grant.ts'
import type { ServiceAddress } from '@shared/contracts/service-address.ts'
import { SHARD_ROUTES } from '@shared/contracts/shard-plan.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ShardLender } from '../../features/sharding/sharded-driver.ts'

/** Asks the router of this node over its control socket; what it lends is given back by closing the connection. */
export const createRouterShardLender = (address: ServiceAddress, timer: GrantTimer): ShardLender => ({
  async lend(needs, signal) {
    const base = address.type === 'unix' ? 'http://localhost' : address.url
    let response: Response
    try {
      response = await fetch(base + SHARD_ROUTES.open, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(needs),
        signal,
        // It says something every few seconds, and otherwise stays open as long as the model does.
        timeout: false,
        ...(address.type === 'unix' ? { unix: address.path } : {}),
      })
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw new Fault('unavailable', 'The router of this node cannot be reached; it may be restarting.', {
        retryAfterSeconds: 2,
        cause: error,
      })
    }
    return readHeldReply(response, timer)
  },
})

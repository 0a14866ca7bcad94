import { revokeLease } from '@shared/contracts/memory-lease.ts'
import { parseServiceAddress } from '@shared/contracts/service-address.ts'
import { createServiceClient } from '@shared/contracts/service-client.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { LeaseHolders } from '../features/leases/lease-holders.ts'

/** Time that a holder gets to stop an engine and see it gone. */
const REVOKE_TIMEOUT_MS = 30_000

/** Reaches holders over their own control planes. */
export const createHttpLeaseHolders = (log: Log): LeaseHolders => ({
  async revoke({ service, address }, leaseId) {
    try {
      const client = createServiceClient(service, parseServiceAddress(address))
      const { released } = await revokeLease(client, leaseId, AbortSignal.timeout(REVOKE_TIMEOUT_MS))
      return released
    } catch (error) {
      log.warn({ err: error, service, leaseId }, 'a holder of memory could not be asked')
      return false
    }
  },
})

import { acquireLease, releaseLease, reportLeases } from '@shared/contracts/memory-lease.ts'
import { formatServiceAddress } from '@shared/contracts/service-address.ts'
import type { ServiceAddress } from '@shared/contracts/service-address.ts'
import type { ServiceClient } from '@shared/contracts/service-client.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { MemoryLeases } from '../features/engine-pool/memory-leases.ts'

/** The node's ledger of memory in model-store, as one holder sees it. */
export const createModelStoreLeases = (options: {
  readonly store: ServiceClient
  readonly instance: string
  readonly address: ServiceAddress
  readonly log: Log
}): MemoryLeases => {
  const { instance, log, store } = options
  const holder = { service: 'chat', instance, address: formatServiceAddress(options.address) }
  return {
    async acquire(want, signal) {
      const { leaseId } = await acquireLease(store, { ...holder, ...want }, signal)
      return leaseId
    },
    async release(leaseId) {
      await releaseLease(store, leaseId).catch((error: unknown) =>
        log.warn(
          { err: error, leaseId },
          'a lease could not be given back; the ledger learns it from the next report',
        ),
      )
    },
    async report(leases) {
      await reportLeases(store, { ...holder, leases })
    },
  }
}

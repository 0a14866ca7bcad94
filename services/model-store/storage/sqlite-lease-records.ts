import type { OpenDatabase } from '@shared/storage/open-database.ts'
import type { LeaseRecords } from '../features/leases/lease-records.ts'
import { grantedLeases } from './schema.ts'
import type * as schema from './schema.ts'

/** Grants in SQLite. */
export const createSqliteLeaseRecords = ({ orm }: OpenDatabase<typeof schema>): LeaseRecords => ({
  load: () =>
    orm
      .select()
      .from(grantedLeases)
      .all()
      .map(({ leaseId, service, instance, address, model, engine, bytes }) => ({
        leaseId,
        holder: { service, instance, address },
        model,
        engine,
        grantedBytes: bytes,
      })),
  save(leases) {
    orm.transaction((transaction) => {
      transaction.delete(grantedLeases).run()
      for (const { leaseId, holder, model, engine, grantedBytes } of leases) {
        transaction
          .insert(grantedLeases)
          .values({ leaseId, ...holder, model, engine, bytes: grantedBytes })
          .run()
      }
    })
  },
})

import { LeaseDesk } from '@service/model-store/features/leases/lease-desk.ts'
import type { RecordedLease } from '@service/model-store/features/leases/lease-records.ts'
import type { LeaseReport, LeaseRequest } from '@shared/contracts/memory-lease.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import { createLog } from '@shared/log/create-log.ts'
import { createManualClock } from '../../../../../support/manual-clock.ts'

export const HOLDER = { service: 'chat', instance: 'one', address: 'unix:/chat.sock' }

/** Decides what a holder says when its lease is asked for. */
type Answer = (leaseId: string) => boolean | Promise<boolean>

/** A desk with a budget of 100 bytes over holders that the test speaks for. */
export const createDesk = (recorded: readonly RecordedLease[] = []) => {
  const clock = createManualClock(1000)
  const state = { asked: [] as string[], evictions: 0, recorded, answer: (() => true) as Answer }
  let count = 0
  const desk = new LeaseDesk({
    budgetBytes: 100,
    clock,
    log: createLog('test', 'silent'),
    createId: () => `lease-${++count}`,
    onEviction: () => void state.evictions++,
    records: {
      load: () => state.recorded,
      save: (leases) => void (state.recorded = leases),
    },
    holders: {
      async revoke(_holder, leaseId) {
        state.asked.push(leaseId)
        return state.answer(leaseId)
      },
    },
  })
  return { desk, clock, state }
}

export const leaseRequest = (
  model: string,
  bytes: number,
  changes: Partial<LeaseRequest> = {},
): LeaseRequest => ({
  ...HOLDER,
  model: parseModelId(model)!,
  engine: 'node-llama-cpp',
  bytes,
  waitMs: 60_000,
  ...changes,
})

export const leaseReport = (
  leaseId: string,
  bytes: number,
  changes: Partial<LeaseReport> = {},
): LeaseReport => ({
  leaseId,
  model: parseModelId('m')!,
  engine: 'node-llama-cpp',
  engineVersion: '1',
  bytes,
  residentBytes: 0,
  state: 'ready',
  activeRequests: 0,
  lastUsedAt: '2026-01-01T00:00:00.000Z',
  expiresAt: null,
  contextTokens: 4096,
  slots: 4,
  processId: 1,
  ...changes,
})

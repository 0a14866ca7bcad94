import { expect, test } from 'bun:test'
import { withHolder, withoutSilent, withReport } from '@service/model-store/policy/holder-report.ts'
import type { ReportedLease } from '@service/model-store/policy/holder-report.ts'
import { emptyLedger, withLease, withoutLease } from '@service/model-store/policy/memory-ledger.ts'
import type { LeaseHolder } from '@service/model-store/policy/memory-ledger.ts'

const chat = (instance: string): LeaseHolder => ({ service: 'chat', instance, address: 'unix:/chat.sock' })
const audio: LeaseHolder = { service: 'audio', instance: 'x', address: 'unix:/audio.sock' }

const reported = (leaseId: string, changes: Partial<ReportedLease> = {}): ReportedLease => ({
  leaseId,
  model: leaseId,
  engine: 'e',
  grantedBytes: 10,
  residentBytes: 0,
  isBusy: false,
  lastUsedMs: 0,
  ...changes,
})

const granted = (leaseId: string, holder: LeaseHolder, confirmedMs = 0) => ({
  ...reported(leaseId),
  holder,
  confirmedMs,
  isReported: false,
})

const idsOf = (ledger: { leases: readonly { leaseId: string }[] }): string[] =>
  ledger.leases.map(({ leaseId }) => leaseId).toSorted()

test('leases that this ledger does not know are taken in: it was restarted', () => {
  const ledger = withReport(emptyLedger(100), chat('one'), [reported('a'), reported('b')], 5)
  expect(idsOf(ledger)).toEqual(['a', 'b'])
  expect(ledger.leases[0]).toMatchObject({ holder: chat('one'), confirmedMs: 5, isReported: true })
})

test('a lease that was in a report and is not in the next one is gone', () => {
  const first = withReport(emptyLedger(100), chat('one'), [reported('a'), reported('b')], 5)
  expect(idsOf(withReport(first, chat('one'), [reported('b')], 6))).toEqual(['b'])
})

test('a lease that was granted while the report was on its way stays', () => {
  const ledger = withLease(emptyLedger(100), granted('new', chat('one')))
  expect(idsOf(withReport(ledger, chat('one'), [], 1))).toEqual(['new'])
})

test('a lease that was given back is not brought to life by a report that had left before', () => {
  const before = withReport(emptyLedger(100), chat('one'), [reported('a')], 1)
  const after = withReport(withoutLease(before, 'a', 2), chat('one'), [reported('a')], 3)
  expect(idsOf(after)).toEqual([])
})

test('a report replaces size and use', () => {
  const first = withReport(emptyLedger(100), chat('one'), [reported('a', { isBusy: true })], 1)
  const second = withReport(first, chat('one'), [reported('a', { grantedBytes: 4, lastUsedMs: 9 })], 2)
  expect(second.leases).toHaveLength(1)
  expect(second.leases[0]).toMatchObject({ grantedBytes: 4, lastUsedMs: 9, isBusy: false, confirmedMs: 2 })
})

test('a new run of a service ends the leases of its old run, and those of no other service', () => {
  const old = withReport(emptyLedger(100), chat('one'), [reported('a')], 1)
  const both = withReport(old, audio, [reported('b')], 1)
  expect(idsOf(withHolder(both, chat('two')))).toEqual(['b'])
})

test('what the old run still says is not heard', () => {
  const old = withReport(emptyLedger(100), chat('one'), [reported('a')], 1)
  const renewed = withReport(old, chat('two'), [reported('c')], 2)
  expect(idsOf(withReport(renewed, chat('one'), [reported('a')], 3))).toEqual(['c'])
})

test('a holder that has been silent for too long loses its leases; one that reported does not', () => {
  const old = withReport(emptyLedger(100), chat('one'), [reported('a')], 0)
  const both = withReport(old, audio, [reported('b')], 10)
  expect(idsOf(withoutSilent(both, 20, 20))).toEqual(['a', 'b'])
  expect(idsOf(withoutSilent(both, 21, 20))).toEqual(['b'])
})

test('releases are forgotten when no report from before them can be under way any more', () => {
  const ledger = withoutLease(emptyLedger(100), 'a', 0)
  expect(withoutSilent(ledger, 20, 20).releasedMs.size).toBe(1)
  expect(withoutSilent(ledger, 21, 20).releasedMs.size).toBe(0)
})

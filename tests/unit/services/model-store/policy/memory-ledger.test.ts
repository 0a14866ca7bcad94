import { describe, expect, test } from 'bun:test'
import {
  decideLease,
  emptyLedger,
  heldBytes,
  withLease,
  withoutLease,
  withRefusal,
} from '@service/model-store/policy/memory-ledger.ts'
import type { Lease, LeaseDecision, Ledger } from '@service/model-store/policy/memory-ledger.ts'

const lease = (leaseId: string, grantedBytes: number, changes: Partial<Lease> = {}): Lease => ({
  leaseId,
  holder: { service: 'chat', instance: 'one', address: 'unix:/chat.sock' },
  model: leaseId,
  engine: 'node-llama-cpp',
  grantedBytes,
  residentBytes: 0,
  isBusy: false,
  lastUsedMs: 0,
  confirmedMs: 0,
  isReported: true,
  ...changes,
})

const ledgerOf = (...leases: readonly Lease[]): Ledger =>
  leases.reduce((ledger, one) => withLease(ledger, one), emptyLedger(100))

interface Row {
  readonly name: string
  readonly leases: readonly Lease[]
  readonly wantedBytes: number
  readonly decision: LeaseDecision
}

const ROWS: readonly Row[] = [
  { name: 'an empty node grants', leases: [], wantedBytes: 100, decision: { type: 'grant' } },
  {
    name: 'more than the whole budget is refused, however empty the node is',
    leases: [],
    wantedBytes: 101,
    decision: { type: 'refuse' },
  },
  {
    name: 'what fits exactly is granted',
    leases: [lease('a', 60)],
    wantedBytes: 40,
    decision: { type: 'grant' },
  },
  {
    name: 'an idle lease is asked for when it makes room',
    leases: [lease('a', 60)],
    wantedBytes: 41,
    decision: { type: 'ask', leaseIds: ['a'] },
  },
  {
    name: 'the longest unused goes first, and no more than needed',
    leases: [
      lease('new', 30, { lastUsedMs: 3 }),
      lease('old', 30, { lastUsedMs: 1 }),
      lease('mid', 30, { lastUsedMs: 2 }),
    ],
    wantedBytes: 40,
    decision: { type: 'ask', leaseIds: ['old'] },
  },
  {
    name: 'several go until it fits, in the order of their last use',
    leases: [
      lease('new', 30, { lastUsedMs: 3 }),
      lease('old', 30, { lastUsedMs: 1 }),
      lease('mid', 30, { lastUsedMs: 2 }),
    ],
    wantedBytes: 70,
    decision: { type: 'ask', leaseIds: ['old', 'mid'] },
  },
  {
    name: 'a busy one is never asked, even when it is the oldest',
    leases: [lease('busy', 60, { isBusy: true, lastUsedMs: 1 }), lease('idle', 40, { lastUsedMs: 2 })],
    wantedBytes: 40,
    decision: { type: 'ask', leaseIds: ['idle'] },
  },
  {
    name: 'nothing is unloaded in vain: when the idle ones are not enough, the request waits',
    leases: [lease('busy', 60, { isBusy: true }), lease('idle', 40)],
    wantedBytes: 50,
    decision: { type: 'wait' },
  },
  {
    name: 'what an engine really takes counts when it is more than what was granted',
    leases: [lease('a', 10, { residentBytes: 80 })],
    wantedBytes: 30,
    decision: { type: 'ask', leaseIds: ['a'] },
  },
  {
    name: 'a request for nothing is granted on a full node',
    leases: [lease('a', 100, { isBusy: true })],
    wantedBytes: 0,
    decision: { type: 'grant' },
  },
]

describe('deciding about a wish for memory', () => {
  test.each(ROWS.map((row) => [row.name, row] as const))('%s', (_name, { leases, wantedBytes, decision }) => {
    expect(decideLease(ledgerOf(...leases), wantedBytes)).toEqual(decision)
  })
})

test('a lease that is given back leaves its room, and its id is remembered', () => {
  const ledger = withoutLease(ledgerOf(lease('a', 60)), 'a', 7)
  expect(heldBytes(ledger)).toBe(0)
  expect(ledger.releasedMs.get('a')).toBe(7)
})

test('a holder that kept its lease is not asked again before it reports', () => {
  const ledger = withRefusal(ledgerOf(lease('a', 60), lease('b', 40, { lastUsedMs: 9 })), 'a')
  expect(decideLease(ledger, 40)).toEqual({ type: 'ask', leaseIds: ['b'] })
  expect(decideLease(ledger, 60)).toEqual({ type: 'wait' })
})

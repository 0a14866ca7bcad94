import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { ClusterRecord } from '@service/router/policy/cluster/cluster-record.ts'
import { RecordBook, recordKey, recordStamp } from '@service/router/policy/cluster/record-book.ts'
import { GREAT, SELF, SMALL, memberRecord } from '../../../../../support/cluster-simulation/core-story.ts'
import { nodeIdOf } from '../../../../../support/cluster-simulation/simulated-identity.ts'

const LIMITS = { memberLimit: 3, recordLimit: 5 }
const YEAR_MS = 31_536_000_000
const digestOf = (book: RecordBook): Record<string, string> =>
  Object.fromEntries(book.all.map((record) => [recordKey(record), recordStamp(record)]))

test('all nodes come to the same, in whatever order records reach them', () => {
  const record = fc.record({
    kind: fc.constant('key' as const),
    id: fc.constantFrom('a', 'b'),
    updatedAt: fc.integer({ min: 0, max: 3 }),
    updatedBy: fc.constantFrom('x', 'y z'),
    value: fc.constant(null),
  })
  fc.assert(
    fc.property(fc.array(record), fc.infiniteStream(fc.nat()), (records, order) => {
      const [one, other] = [new RecordBook(LIMITS), new RecordBook(LIMITS)]
      const shuffled = records
        .map((known) => ({ known, at: order.next().value }))
        .toSorted((left, right) => left.at - right.at)
      for (const known of records) one.merge(known)
      for (const { known } of shuffled) other.merge(known)
      expect(digestOf(one)).toEqual(digestOf(other))
      expect(one.newerThan(digestOf(other))).toEqual([])
    }),
  )
})

test('an older record brings nobody back; a later one does', () => {
  const book = new RecordBook(LIMITS)
  book.merge(memberRecord(GREAT, {}, 1))
  expect(book.isMember(GREAT)).toBe(true)
  book.merge(memberRecord(GREAT, { removedAt: 5 }, 5))
  expect([book.merge(memberRecord(GREAT, {}, 4)), book.isMember(GREAT)]).toEqual([false, false])
  expect([book.merge(memberRecord(GREAT, {}, 6)), book.isMember(GREAT)]).toEqual([true, true])
  expect([...book.members.keys()]).toEqual([GREAT])
})

test('a record from years ahead is taken, and the next change from a right clock still wins', () => {
  const now = 1_800_000_000_000
  const ahead = memberRecord(GREAT, {}, now + 3 * YEAR_MS)
  const [here, there] = [new RecordBook(LIMITS), new RecordBook(LIMITS)]
  for (const book of [here, there]) book.merge(ahead)
  const removal = here.stamp(
    'member',
    GREAT,
    { nodeId: GREAT, name: 'x', joinedAt: 1, removedAt: now },
    { nodeId: SELF, wallClockMs: now },
  )
  expect(removal.updatedAt).toBe(ahead.updatedAt + 1)
  expect([here.merge(removal), there.merge(removal), there.merge(ahead)]).toEqual([true, true, false])
  expect(there.isMember(GREAT)).toBe(false)
})

test('a change carries the time of the wall clock where that is later', () => {
  const book = new RecordBook(LIMITS)
  book.merge(memberRecord(GREAT, {}, 10))
  const by = { nodeId: SELF, wallClockMs: 500 }
  expect(book.stamp('key', 'k', null, by).updatedAt).toBe(500)
  expect(book.stamp('member', GREAT, book.memberOf(GREAT)!, by).updatedAt).toBe(500)
})

test('has room for so many members and records, and always for the end of a membership', () => {
  const book = new RecordBook(LIMITS)
  const ids = [1, 2, 3, 4].map(nodeIdOf)
  expect(ids.map((id) => book.merge(memberRecord(id)))).toEqual([true, true, true, false])
  expect(book.merge(memberRecord(ids[0]!, { removedAt: 2 }, 2))).toBe(true)
  expect(book.merge(memberRecord(ids[3]!))).toBe(true)
  const key = (id: string): ClusterRecord => ({ kind: 'key', id, updatedAt: 1, updatedBy: 'x', value: null })
  expect([book.merge(key('a')), book.merge(key('b'))]).toEqual([true, false])
})

test('tells what a digest lacks, also one with odd keys', () => {
  const book = new RecordBook(LIMITS)
  const byName: ClusterRecord = { ...memberRecord(SMALL, {}, 7), updatedBy: 'my old node' }
  book.merge(byName)
  expect(book.newerThan({})).toEqual([byName])
  expect(book.newerThan({ [recordKey(byName)]: '7 my old node' })).toEqual([])
  expect(book.newerThan({ [recordKey(byName)]: '7 my' })).toEqual([byName])
  expect(book.newerThan({ [recordKey(byName)]: '8 a' })).toEqual([])
  expect(book.newerThan({ [recordKey(byName)]: 'nonsense' })).toEqual([byName])
})

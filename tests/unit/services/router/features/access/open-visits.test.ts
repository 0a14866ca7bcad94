import { expect, test } from 'bun:test'
import { OpenVisits } from '@service/router/features/access/open-visits.ts'
import { Fault } from '@shared/fault/fault.ts'

const REVOKED = new Fault('unauthorized', 'This API key was revoked.')

test('whoever is shut out loses their own visits, with the reason, and nobody else does', () => {
  const visits = new OpenVisits()
  const [one, two, other] = [visits.open('a'), visits.open('a'), visits.open('b')]
  visits.end('a', REVOKED)
  expect([one.cut.aborted, two.cut.aborted, other.cut.aborted]).toEqual([true, true, false])
  expect([one.cut.reason, two.cut.reason]).toEqual([REVOKED, REVOKED])
})

test('a visit that is over is not remembered', () => {
  const visits = new OpenVisits()
  const [over, open] = [visits.open('a'), visits.open('a')]
  over.close()
  expect(visits.count).toBe(1)
  visits.end('a', REVOKED)
  expect(over.cut.aborted).toBe(false)
  open.close()
  expect(visits.count).toBe(0)
  visits.end('nobody', REVOKED)
})

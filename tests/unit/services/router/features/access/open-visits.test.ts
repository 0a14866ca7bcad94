import { expect, test } from 'bun:test'
import { OpenVisits } from '@service/router/features/access/open-visits.ts'

test('a revoked key ends its own visits, with a reason for the caller, and no others', () => {
  const visits = new OpenVisits()
  const [one, two, other] = [visits.open('a'), visits.open('a'), visits.open('b')]
  visits.onRevoked('a')
  expect([one.cut.aborted, two.cut.aborted, other.cut.aborted]).toEqual([true, true, false])
  expect(one.cut.reason).toMatchObject({ code: 'unauthorized', message: 'This API key was revoked.' })
})

test('a visit that is over is not remembered', () => {
  const visits = new OpenVisits()
  const [over, open] = [visits.open('a'), visits.open('a')]
  over.close()
  expect(visits.count).toBe(1)
  visits.onRevoked('a')
  expect(over.cut.aborted).toBe(false)
  open.close()
  expect(visits.count).toBe(0)
  visits.onRevoked('nobody')
})

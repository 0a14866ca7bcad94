import { expect, test } from 'bun:test'
import { SERVICE_NAMES } from '@shared/contracts/service-name.ts'
import { SERVICE_PLAN } from '../../../../../scripts/skein/node/service-plan.ts'

test('every service of the house is in it', () => {
  expect(SERVICE_PLAN.map(({ name }) => name).toSorted()).toEqual([...SERVICE_NAMES].toSorted())
})

test('a service comes after those that it needs, and the door comes last', () => {
  const names = SERVICE_PLAN.map(({ name }) => name)
  for (const [position, { needs }] of SERVICE_PLAN.entries())
    for (const need of needs) expect(names.indexOf(need)).toBeLessThan(position)
  expect(names.at(-1)).toBe('router')
})

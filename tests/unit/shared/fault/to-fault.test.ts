import { expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { toFault } from '@shared/fault/to-fault.ts'

test('leaves a Fault as it is', () => {
  const fault = new Fault('queue_full', 'Full.', { retryAfterSeconds: 3 })
  expect(toFault(fault)).toBe(fault)
  expect(fault.status).toBe(429)
})

test('hides any other error behind a fixed sentence and keeps it as the cause', () => {
  const secret = new Error('password is 123')
  const fault = toFault(secret)
  expect(fault.code).toBe('internal')
  expect(fault.message).not.toContain('123')
  expect(fault.cause).toBe(secret)
})

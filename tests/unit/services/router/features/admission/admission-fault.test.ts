import { expect, test } from 'bun:test'
import { admissionFault } from '@service/router/features/admission/admission-fault.ts'

test('a full queue is the limit of the caller, a long wait the lack of capacity of the node', () => {
  expect(admissionFault({ reason: 'queue-full', position: 7, etaMs: 3200 })).toMatchObject({
    code: 'queue_full',
    retryAfterSeconds: 4,
    details: { position: 7, etaMs: 3200 },
  })
  expect(admissionFault({ reason: 'waited-too-long', position: 1, etaMs: 10 })).toMatchObject({
    code: 'overloaded',
    retryAfterSeconds: 1,
  })
})

test('nobody is sent away for longer than a minute', () => {
  expect(admissionFault({ reason: 'queue-full', position: 1, etaMs: 9e9 }).retryAfterSeconds).toBe(60)
})

test('a deadline that has passed is said to be one', () => {
  expect(admissionFault({ reason: 'deadline-passed', position: 0, etaMs: 0 })).toMatchObject({
    code: 'overloaded',
    message: expect.stringContaining('deadline'),
  })
})

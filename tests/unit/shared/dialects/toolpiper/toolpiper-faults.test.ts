import { expect, test } from 'bun:test'
import { toolpiperFaultBody } from '@shared/dialects/toolpiper/toolpiper-faults.ts'
import { Fault } from '@shared/fault/fault.ts'

test('a failure has message, type, param and code', () => {
  expect(toolpiperFaultBody(new Fault('conflict', 'It is loaded.', { param: 'id' }))).toEqual({
    error: { message: 'It is loaded.', type: 'invalid_request_error', param: 'id', code: 'conflict' },
  })
})

test('what a platform cannot do has its own word', () => {
  expect(toolpiperFaultBody(new Fault('not_supported', 'Apple only.')).error.code).toBe(
    'not_supported_on_platform',
  )
})

import { expect, test } from 'bun:test'
import { anthropicFaultBody, anthropicFaultFrame } from '@shared/dialects/anthropic/anthropic-faults.ts'
import { FAULT_STATUS, Fault } from '@shared/fault/fault.ts'
import type { FaultCode } from '@shared/fault/fault.ts'

/** Where Anthropic gives a status one type, in its documentation of errors. */
const TYPE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  408: 'timeout_error',
  409: 'conflict_error',
  413: 'request_too_large',
  415: 'invalid_request_error',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
  500: 'api_error',
  501: 'api_error',
}

test('every failure has the type of its status; no capacity is told apart from no model', () => {
  for (const [code, status] of Object.entries(FAULT_STATUS)) {
    const { error } = anthropicFaultBody(new Fault(code as FaultCode, 'No.'), null)
    if (status === 503) expect(error.type).toBe(code === 'no_model' ? 'api_error' : 'overloaded_error')
    else expect(error.type).toBe(TYPE_OF_STATUS[status] ?? 'missing above')
  }
})

test('the envelope names the request, the cause and the field, and keeps the details', () => {
  const fault = new Fault('queue_full', 'Full.', {
    param: 'model',
    details: { position: 9 },
  })
  expect(anthropicFaultBody(fault, 'r1')).toEqual({
    type: 'error',
    error: {
      type: 'rate_limit_error',
      message: 'Full.',
      details: { position: 9, param: 'model', error_code: 'queue_full' },
    },
    request_id: 'r1',
  })
})

test('in a stream it is an event of its own name', () => {
  const frame = anthropicFaultFrame(new Fault('engine_failed', 'It\n\ndied.'), null)
  expect(frame).toStartWith('event: error\ndata: {"type":"error",')
  expect(frame.indexOf('\n\n')).toBe(frame.length - 2)
})

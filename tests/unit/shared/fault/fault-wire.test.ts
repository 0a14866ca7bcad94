import { expect, test } from 'bun:test'
import { decodeFault, encodeFault } from '@shared/fault/fault-wire.ts'
import { Fault } from '@shared/fault/fault.ts'

test('a Fault comes out of JSON as it went in', () => {
  const fault = new Fault('overloaded', 'Busy.', {
    param: 'model',
    retryAfterSeconds: 2,
    details: { position: 4 },
  })
  const back = decodeFault(JSON.parse(JSON.stringify(encodeFault(fault))))
  expect(encodeFault(back)).toEqual(encodeFault(fault))
})

test.each([
  undefined,
  null,
  'text',
  {},
  { code: 'toString', message: 'x' },
  { code: 'made_up', message: 'x' },
  { code: 'internal' },
])('%p becomes an internal failure', (wire) => expect(decodeFault(wire).code).toBe('internal'))

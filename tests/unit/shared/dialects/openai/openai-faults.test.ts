import { expect, test } from 'bun:test'
import { openaiFaultBody, openaiFaultFrame } from '@shared/dialects/openai/openai-faults.ts'
import { FAULT_STATUS, Fault } from '@shared/fault/fault.ts'
import type { FaultCode } from '@shared/fault/fault.ts'

test('every failure has message, type, param and code', () => {
  // Object.keys of a const object: its codes and nothing else.
  for (const code of Object.keys(FAULT_STATUS) as FaultCode[]) {
    const { error } = openaiFaultBody(new Fault(code, 'What happened.', { param: 'model' }))
    expect(error).toMatchObject({ message: 'What happened.', param: 'model' })
    expect(error.type).toMatch(/^[a-z_]+$/)
    expect(error.code).toMatch(/^[a-z_]+$/)
  }
})

test('a wrong key has the code that OpenAI gives it', () => {
  expect(openaiFaultBody(new Fault('unauthorized', 'No.')).error.code).toBe('invalid_api_key')
})

test('the last frames of a broken stream are an error event and [DONE]', () => {
  const frame = openaiFaultFrame(new Fault('engine_failed', 'Gone.'))
  expect(frame).toStartWith('event: error\ndata: {"error":{"message":"Gone."')
  expect(frame).toEndWith('\n\ndata: [DONE]\n\n')
})

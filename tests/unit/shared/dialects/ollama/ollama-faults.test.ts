import { expect, test } from 'bun:test'
import { ollamaFaultBody, ollamaFaultFrame } from '@shared/dialects/ollama/ollama-faults.ts'
import { Fault } from '@shared/fault/fault.ts'

const fault = new Fault('queue_full', 'Too many.', { param: 'model', details: { position: 3 } })

test('a failure is one sentence', () => {
  expect(ollamaFaultBody(fault)).toEqual({ error: 'Too many.' })
})

test('in a stream it is the last line', () => {
  expect(ollamaFaultFrame(fault)).toBe('{"error":"Too many."}\n')
})

test('a model that is not there is told in the sentence that clients of Ollama look for', () => {
  const fault = new Fault('model_not_found', 'The model does not exist on this node.', {
    details: { model: 'nope' },
  })
  expect(ollamaFaultBody(fault)).toEqual({ error: "model 'nope' not found" })
})

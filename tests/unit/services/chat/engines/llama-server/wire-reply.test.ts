import { expect, test } from 'bun:test'
import {
  listField,
  numberField,
  objectField,
  refusalFault,
  textField,
  tokenList,
} from '@service/chat/engines/llama-server/wire-reply.ts'

// As llama-server 0.5.0 sends them.
const TOO_LONG = {
  error: {
    code: 400,
    message: 'request (1200 tokens) exceeds the available context size (300 tokens), try increasing it',
    type: 'exceed_context_size_error',
    n_prompt_tokens: 1200,
    n_ctx: 300,
  },
}
const NO_EMBEDDINGS = {
  error: {
    code: 501,
    message: 'This server does not support embeddings. Start it with `--embeddings`',
    type: 'not_supported_error',
  },
}

test('a prompt that is too long is told with both numbers', () => {
  const fault = refusalFault(400, TOO_LONG)
  expect(fault.code).toBe('context_length_exceeded')
  expect(fault.details).toEqual({ promptTokens: 1200, contextTokens: 300 })
  expect(fault.message).toContain('1200')
})

test('a refusal of the request is the caller’s to mend, with the reason', () => {
  const fault = refusalFault(400, {
    error: { code: 400, message: 'roles must alternate', type: 'invalid_request_error' },
  })
  expect(fault.code).toBe('invalid_request')
  expect(fault.message).toContain('roles must alternate')
})

test('what the server cannot do, and what it fails at, are different faults', () => {
  expect(refusalFault(501, NO_EMBEDDINGS).code).toBe('not_supported')
  expect(refusalFault(500, { error: { message: 'Compute error.' } }).code).toBe('engine_failed')
})

test('a text that is too long for its one batch fills the context', () => {
  // Recorded from llama-server 0.5.0 on 2026-11-21.
  const message =
    'input (600 tokens) is too large to process. increase the physical batch size (current batch size: 512)'
  expect(refusalFault(500, { error: { code: 500, message, type: 'server_error' } })).toMatchObject({
    code: 'context_length_exceeded',
    details: { promptTokens: 600, contextTokens: 512 },
  })
})

test('a grammar that leads nowhere is the caller’s to mend', () => {
  const message = 'got exception: Unexpected empty grammar stack after accepting piece: x (30)'
  expect(refusalFault(500, { error: { code: 500, message, type: 'server_error' } })).toMatchObject({
    code: 'invalid_request',
    param: 'grammar',
  })
})

test('a refusal of any other shape is a failure of the engine', () => {
  for (const body of [undefined, null, 'text', [], { error: 'text' }, { error: { message: 5 } }]) {
    expect(refusalFault(500, body).code).toBe('engine_failed')
  }
})

test('fields of the wrong kind read as empty', () => {
  const wire = { number: 'x', text: 5, object: [1], infinite: Number.POSITIVE_INFINITY }
  expect(numberField(wire, 'number')).toBe(0)
  expect(numberField(wire, 'infinite')).toBe(0)
  expect(textField(wire, 'text')).toBe('')
  expect(objectField(wire, 'object')).toEqual({})
  expect(objectField(null, 'object')).toEqual({})
})

test('a list that is not there is a failure of the engine', () => {
  expect(() => listField({ data: {} }, 'data')).toThrow("llama-server answered without 'data'.")
  expect(tokenList({ tokens: [1, 'x', 2] }, 'tokens')).toEqual([1, 2])
})

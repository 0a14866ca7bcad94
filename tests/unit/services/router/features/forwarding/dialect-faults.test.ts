import { describe, expect, test } from 'bun:test'
import {
  DIALECT_FAULTS,
  dialectOfPath,
  faultFrameOf,
} from '@service/router/features/forwarding/dialect-faults.ts'
import { DIALECT_NAMES } from '@shared/contracts/route-manifest.ts'
import { Fault } from '@shared/fault/fault.ts'

const fault = new Fault('unavailable', 'gone')
const chunk = (value: string): Uint8Array => new TextEncoder().encode(value)

test('a path that no route claims is answered in the dialect that it begins like', () => {
  expect(dialectOfPath('/api/nothing')).toBe('ollama')
  expect(dialectOfPath('/v1/messages/count')).toBe('anthropic')
  expect(dialectOfPath('/v1/nothing')).toBe('openai')
  expect(dialectOfPath('/apitag')).toBe('openai')
})

test('every dialect has words for a failure', () => {
  for (const dialect of DIALECT_NAMES) {
    expect(JSON.stringify(DIALECT_FAULTS[dialect].faultBody(fault))).toContain('gone')
    expect(DIALECT_FAULTS[dialect].sseFrame(fault)).toContain('event: error\ndata: {')
  }
})

describe('the last words of a stream', () => {
  const openai = /^event: error\ndata: \{"error":\{"message":"gone".*\}\}\n\ndata: \[DONE\]\n\n$/

  test('are an error event and the end mark in OpenAI’s dialect', () => {
    expect(faultFrameOf('openai', 'text/event-stream', fault, chunk('data: {}\n\n'))).toMatch(openai)
    expect(faultFrameOf('openai', 'text/event-stream; charset=utf-8', fault, undefined)).toMatch(openai)
  })

  test('are a line in Ollama’s', () => {
    expect(faultFrameOf('ollama', 'application/x-ndjson', fault, chunk('{}\n'))).toBe('{"error":"gone"}\n')
  })

  test('do not run into a frame that was cut', () => {
    expect(faultFrameOf('openai', 'text/event-stream', fault, chunk('data: {"a'))).toStartWith(
      '\n\nevent: error',
    )
    expect(faultFrameOf('openai', 'text/event-stream', fault, chunk('data: {}\n'))).toStartWith(
      '\n\nevent: error',
    )
    expect(faultFrameOf('ollama', 'application/x-ndjson', fault, chunk('{"a'))).toStartWith('\n{"error"')
  })

  test('cannot be said in a sound or a picture', () => {
    expect(faultFrameOf('openai', 'audio/mpeg', fault, chunk('x'))).toBeUndefined()
  })
})

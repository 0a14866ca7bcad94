import { describe, expect, test } from 'bun:test'
import {
  DIALECT_FAULTS,
  dialectOfPath,
  faultFrameOf,
} from '@service/router/features/forwarding/dialect-faults.ts'
import type { CutStream } from '@service/router/features/forwarding/dialect-faults.ts'
import { DIALECT_NAMES } from '@shared/contracts/route-manifest.ts'
import { Fault } from '@shared/fault/fault.ts'

const fault = new Fault('unavailable', 'gone')
const chunk = (value: string): Uint8Array => new TextEncoder().encode(value)
const cut = (contentType: string, lastChunk: Uint8Array | undefined): CutStream => ({
  contentType,
  lastChunk,
  requestId: 'r1',
})

test('a path that no route claims is answered in the dialect that it begins like', () => {
  expect(dialectOfPath('/api/nothing')).toBe('ollama')
  expect(dialectOfPath('/v1/messages/count')).toBe('anthropic')
  expect(dialectOfPath('/messages')).toBe('anthropic')
  expect(dialectOfPath('/v1/nothing')).toBe('openai')
  expect(dialectOfPath('/apitag')).toBe('openai')
})

test('every dialect has words for a failure', () => {
  for (const dialect of DIALECT_NAMES) {
    expect(JSON.stringify(DIALECT_FAULTS[dialect].faultBody(fault, 'r1'))).toContain('gone')
    expect(DIALECT_FAULTS[dialect].sseFrame(fault, 'r1')).toContain('event: error\ndata: {')
  }
})

describe('the last words of a stream', () => {
  const openai = /^event: error\ndata: \{"error":\{"message":"gone".*\}\}\n\ndata: \[DONE\]\n\n$/

  test('are an error event and the end mark in OpenAI’s dialect', () => {
    expect(faultFrameOf('openai', fault, cut('text/event-stream', chunk('data: {}\n\n')))).toMatch(openai)
    expect(faultFrameOf('openai', fault, cut('text/event-stream; charset=utf-8', undefined))).toMatch(openai)
  })

  test('are an error event that names the request in Anthropic’s', () => {
    const frame = faultFrameOf('anthropic', fault, cut('text/event-stream', chunk('data: {}\n\n'))) ?? ''
    expect(frame).toStartWith('event: error\ndata: {"type":"error","error":{"type":"overloaded_error"')
    expect(frame).toEndWith('"request_id":"r1"}\n\n')
  })

  test('are a line in Ollama’s', () => {
    expect(faultFrameOf('ollama', fault, cut('application/x-ndjson', chunk('{}\n')))).toBe(
      '{"error":"gone"}\n',
    )
  })

  test('do not run into a frame that was cut', () => {
    expect(faultFrameOf('openai', fault, cut('text/event-stream', chunk('data: {"a')))).toStartWith(
      '\n\nevent: error',
    )
    expect(faultFrameOf('openai', fault, cut('text/event-stream', chunk('data: {}\n')))).toStartWith(
      '\n\nevent: error',
    )
    expect(faultFrameOf('ollama', fault, cut('application/x-ndjson', chunk('{"a')))).toStartWith('\n{"error"')
  })

  test('cannot be said in a sound or a picture', () => {
    expect(faultFrameOf('openai', fault, cut('audio/mpeg', chunk('x')))).toBeUndefined()
  })
})

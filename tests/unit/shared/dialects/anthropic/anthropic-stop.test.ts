import { expect, test } from 'bun:test'
import { encodeAnthropicStop } from '@shared/dialects/anthropic/anthropic-stop.ts'

test('a full context is told apart from a budget that is spent', () => {
  const reasonOf = (rawReason: string) => encodeAnthropicStop({ reason: 'length', rawReason }).stop_reason
  expect(reasonOf('context-full')).toBe('model_context_window_exceeded')
  expect(reasonOf('max-tokens')).toBe('max_tokens')
})

test('a stop text is named, whatever else ended the answer', () => {
  const stop = encodeAnthropicStop({ reason: 'stop', rawReason: 'stop-string', stopText: 'END' })
  expect(stop).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'END' })
})

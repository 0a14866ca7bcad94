import { expect, test } from 'bun:test'
import { EventBuffer, MOST_EVENTS } from '@service/chat/features/responses/event-buffer.ts'

const event = (sequence: number, json = '{}') => ({ sequence, type: 'response.output_text.delta', json })
const numbers = (buffer: EventBuffer, after: number): number[] =>
  buffer.after(after).map(({ sequence }) => sequence)

test('gives what came after a number, also when nothing has come yet', () => {
  const buffer = new EventBuffer()
  expect(numbers(buffer, -1)).toEqual([])
  buffer.add([event(0), event(1), event(2)])
  expect(numbers(buffer, -1)).toEqual([0, 1, 2])
  expect(numbers(buffer, 1)).toEqual([2])
  expect(numbers(buffer, 2)).toEqual([])
  expect(numbers(buffer, 50)).toEqual([])
})

test('keeps a limited number of events, and says where they begin when older ones are asked for', () => {
  const buffer = new EventBuffer()
  const extra = MOST_EVENTS / 2
  for (let sequence = 0; sequence < MOST_EVENTS + extra; sequence++) buffer.add([event(sequence)])
  expect(buffer.oldest).toBe(extra)
  expect(numbers(buffer, extra - 1)).toHaveLength(MOST_EVENTS)
  expect(numbers(buffer, MOST_EVENTS + extra - 2)).toEqual([MOST_EVENTS + extra - 1])
  expect(() => buffer.after(extra - 2)).toThrow(`The events up to ${extra - 1} of this response`)
})

test('keeps a limited amount of text, but always the last event', () => {
  const buffer = new EventBuffer()
  const large = 'x'.repeat(40 * 1024 * 1024)
  buffer.add([event(0, large), event(1, large)])
  expect(numbers(buffer, 0)).toEqual([1])
  buffer.add([event(2, large + large)])
  expect(numbers(buffer, 1)).toEqual([2])
  expect(buffer.oldest).toBe(2)
})

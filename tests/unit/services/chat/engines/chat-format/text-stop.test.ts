import { expect, test } from 'bun:test'
import { createTextStop } from '@service/chat/engines/chat-format/text-stop.ts'

const text = (piece: string, tokens = 1) => ({ type: 'text-delta', text: piece, tokens }) as const
const logprob = (piece: string) => ({ id: 1, text: piece, bytes: [], logprob: -1, top: [] })
const start = { type: 'tool-call-start', index: 0, id: 'a', name: 'now', tokens: 1 } as const

test('the text ends before the stop string, and its tokens are counted', () => {
  const stop = createTextStop(['END'])
  expect(stop.cut([text('a E')])).toEqual([text('a ')])
  expect(stop.cut([text('N')])).toEqual([])
  expect(stop.cut([text('D b'), start])).toEqual([text('', 2)])
  expect(stop.stopText).toBe('END')
})

test('what only began like a stop string goes out when the text ends', () => {
  const stop = createTextStop(['END'])
  expect(stop.cut([text('EN')])).toEqual([])
  expect(stop.rest()).toEqual([text('EN')])
  expect(stop.stopText).toBeUndefined()
})

test('a stop string does not reach over a call, and is not looked for in one', () => {
  const stop = createTextStop(['END'])
  const call = { type: 'tool-call-delta', index: 0, text: 'END', tokens: 1 } as const
  expect(stop.cut([text('E'), start, call, text('ND')])).toEqual([text('E'), start, call, text('ND')])
  expect(stop.stopText).toBeUndefined()
})

test('the probabilities of what a stop string cuts off are not told', () => {
  const stop = createTextStop(['END'])
  const pieces = ['a', 'E', 'ND']
  const events = pieces.flatMap((piece) => stop.cut([{ ...text(piece), logprobs: [logprob(piece)] }]))
  expect(events.flatMap((event) => ('logprobs' in event ? event.logprobs : []))).toEqual([logprob('a')])
})

import { expect, test } from 'bun:test'
import { createLogprobQueue } from '@service/chat/engines/llama-server/token-logprobs.ts'

// Recorded from llama-server 0.5.0 on 2026-11-21: "/completion" with n_probs 2.
const EVENT = {
  content: ' si',
  completion_probabilities: [
    {
      id: 392,
      token: ' si',
      bytes: [32, 115, 105],
      logprob: -80.0059814453125,
      top_logprobs: [
        { id: 383, token: ' three', bytes: [32, 116, 104, 114, 101, 101], logprob: 0 },
        { id: 0, token: '', bytes: [], logprob: -80.0059814453125 },
      ],
    },
  ],
}

test('a token is told with its likely rivals, as many as were asked for', () => {
  for (const alternatives of [0, 1, 2]) {
    const queue = createLogprobQueue(alternatives)
    queue.push(EVENT, EVENT.content)
    const [told] = queue.take(EVENT.content)
    expect(told).toMatchObject({ id: 392, text: ' si', bytes: [32, 115, 105], logprob: -80.0059814453125 })
    expect(told?.top.map(({ id }) => id)).toEqual([383, 0].slice(0, alternatives))
  }
})

test('each goes once, with the text in which it begins', () => {
  const queue = createLogprobQueue(0)
  for (const _ of [1, 2, 3]) queue.push(EVENT, ' si')
  expect(queue.take(' ')).toHaveLength(1)
  expect(queue.take('si')).toHaveLength(0)
  expect(queue.take(' si s')).toHaveLength(2)
  expect(queue.take('i')).toHaveLength(0)
})

test('what has no bytes is no text, and events without probabilities bring none', () => {
  const queue = createLogprobQueue(1)
  queue.push(
    { completion_probabilities: [{ id: 2, token: '', bytes: [], logprob: 0, top_logprobs: [] }] },
    '',
  )
  queue.push({ prompt_progress: {} }, '')
  queue.push({ completion_probabilities: 'none' }, 'x')
  expect(queue.take('x')).toEqual([])
})

import { expect, test } from 'bun:test'
import { ReadingTurn } from '@service/chat/engines/node-llama-cpp/reading-turn.ts'
import { settled } from '../../../../../support/manual-clock.ts'

const forever = new AbortController().signal

test('prompts read one after the other, in the order in which they came', async () => {
  const turn = new ReadingTurn()
  const order: string[] = []
  const read = async (name: string): Promise<void> => {
    await turn.take(forever)
    order.push(`${name} begins`)
    await settled()
    order.push(`${name} ends`)
    turn.end()
  }
  await Promise.all([read('one'), read('two'), read('three')])
  expect(order).toEqual(['one begins', 'one ends', 'two begins', 'two ends', 'three begins', 'three ends'])
  expect(turn.isFree).toBe(true)
})

test('who leaves while waiting is passed over', async () => {
  const turn = new ReadingTurn()
  const leaving = new AbortController()
  await turn.take(forever)
  const left = turn.take(leaving.signal).catch((error: Error) => error.message)
  const staying = turn.take(forever).then(() => 'reads')
  leaving.abort(new Error('left'))
  expect(await left).toBe('left')
  turn.end()
  expect(await staying).toBe('reads')
  turn.end()
  expect(turn.isFree).toBe(true)
})

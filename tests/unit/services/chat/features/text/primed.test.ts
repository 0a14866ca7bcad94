import { expect, test } from 'bun:test'
import { primed } from '@service/chat/features/text/primed.ts'

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 1; number <= count; number += 1) yield number
}

test('rejects with what the stream throws before its first event', async () => {
  async function* refusing(): AsyncGenerator<number> {
    if (numbers.length === 1) throw new Error('refused')
    yield 1
  }
  expect(await primed(refusing()).catch((error: Error) => error.message)).toBe('refused')
})

test('gives every event once, the first one too', async () => {
  expect(await Array.fromAsync(await primed(numbers(3)))).toEqual([1, 2, 3])
  expect(await Array.fromAsync(await primed(numbers(0)))).toEqual([])
})

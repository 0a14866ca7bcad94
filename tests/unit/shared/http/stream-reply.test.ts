import { expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { streamReply } from '@shared/http/stream-reply.ts'

const options = {
  contentType: 'text/event-stream' as const,
  faultFrame: (fault: Fault) => `fault ${fault.code}\n`,
}

test('streams frames one by one, and asks for the next only when there is room', async () => {
  let asked = 0
  async function* frames(): AsyncGenerator<string> {
    for (; asked < 1000;) {
      asked += 1
      yield 'x'.repeat(1000)
    }
  }
  const reader = streamReply(frames(), options).body!.getReader()
  await reader.read()
  expect(asked).toBeLessThan(10)
  await reader.cancel()
})

test('ends a failure with the frame of the dialect', async () => {
  async function* frames(): AsyncGenerator<string> {
    yield 'one\n'
    throw new Fault('engine_failed', 'Gone.')
  }
  const seen: string[] = []
  const response = streamReply(frames(), { ...options, onFault: (fault) => void seen.push(fault.code) })
  expect(await response.text()).toBe('one\nfault engine_failed\n')
  expect(seen).toEqual(['engine_failed'])
})

test('tells the client that left before it ends the frames', async () => {
  const order: string[] = []
  async function* frames(): AsyncGenerator<string> {
    try {
      yield 'one'
      yield 'two'
    } finally {
      order.push('ended')
    }
  }
  const reader = streamReply(frames(), { ...options, onCancel: () => order.push('left') }).body!.getReader()
  await reader.read()
  await reader.cancel()
  expect(order).toEqual(['left', 'ended'])
})

import { expect, test } from 'bun:test'
import { relayBody } from '@service/router/features/forwarding/relay-body.ts'
import type { RelayWatch } from '@service/router/features/forwarding/relay-body.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

/** A stream of chunks that ends, breaks, or waits for ever; and a watch that writes down what it is told. */
const createRelay = (chunks: readonly string[], end: 'close' | 'break' | 'wait', lastWords?: string) => {
  const told: string[] = []
  let pulled = 0
  const source = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = chunks[pulled]
        pulled += 1
        if (chunk !== undefined) controller.enqueue(text(chunk))
        else if (end === 'close') controller.close()
        else if (end === 'break') controller.error(new Error('broke'))
        else await new Promise(() => undefined)
      },
      cancel: () => void told.push('source cancelled'),
    },
    { highWaterMark: 0 },
  )
  const clock = createManualClock()
  const watch = {
    onFirstChunk: () => void told.push('first'),
    onEnd: () => void told.push('end'),
    onCancel: () => void told.push('cancel'),
    onBroken(error: unknown, lastChunk: Uint8Array | undefined) {
      told.push(`broken after ${new TextDecoder().decode(lastChunk)}: ${String(error)}`)
      return lastWords
    },
  } satisfies RelayWatch
  const body = relayBody(source, watch, { clock, unreadMs: 60_000 })
  return { body, clock, told, pulled: () => pulled }
}

test('a stream comes through as it is, and its first and last moments are told once', async () => {
  const { body, told } = createRelay(['a', 'bc', 'd'], 'close')
  expect(await new Response(body).text()).toBe('abcd')
  expect(told).toEqual(['first', 'end'])
})

test('an empty stream has no first chunk', async () => {
  const { body, told } = createRelay([], 'close')
  expect(await new Response(body).text()).toBe('')
  expect(told).toEqual(['end'])
})

test('a chunk is asked for only when somebody reads', async () => {
  const { body, pulled } = createRelay(['a', 'b', 'c'], 'close')
  await Bun.sleep(1)
  expect(pulled()).toBe(0)
  await body.getReader().read()
  expect(pulled()).toBe(1)
})

test('a stream that breaks ends with the last words', async () => {
  const { body, told } = createRelay(['a'], 'break', 'sorry')
  expect(await new Response(body).text()).toBe('asorry')
  expect(told).toEqual(['first', 'broken after a: Error: broke'])
})

test('a stream that breaks where nobody can be told breaks for the reader too', async () => {
  const { body } = createRelay(['a'], 'break')
  await expect(new Response(body).text()).rejects.toThrow('broke')
})

test('a reader that leaves ends the source', async () => {
  const { body, told } = createRelay(['a'], 'wait')
  const reader = body.getReader()
  await reader.read()
  await reader.cancel()
  expect(told).toEqual(['first', 'cancel', 'source cancelled'])
})

test('a reader that leaves what it got unread for too long is cut off, and the source ends', async () => {
  const { body, clock, told } = createRelay(['a', 'b'], 'wait')
  const reader = body.getReader()
  await reader.read()
  await clock.advance(59_000)
  await reader.read()
  await clock.advance(59_000)
  expect(told).toEqual(['first'])
  await clock.advance(2000)
  expect(told).toEqual(['first', 'cancel', 'source cancelled'])
  await expect(reader.read()).rejects.toThrow('does not read')
})

test('a reader that waits for a quiet source is not cut off', async () => {
  const { body, clock, told } = createRelay(['a'], 'wait')
  const reader = body.getReader()
  await reader.read()
  void reader.read()
  await settled()
  await clock.advance(600_000)
  expect(told).toEqual(['first'])
})

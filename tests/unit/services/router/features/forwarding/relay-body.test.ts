import { expect, test } from 'bun:test'
import { relayBody } from '@service/router/features/forwarding/relay-body.ts'

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
  const body = relayBody(source, {
    onFirstChunk: () => void told.push('first'),
    onEnd: () => void told.push('end'),
    onCancel: () => void told.push('cancel'),
    onBroken(error, lastChunk) {
      told.push(`broken after ${new TextDecoder().decode(lastChunk)}: ${String(error)}`)
      return lastWords
    },
  })
  return { body, told, pulled: () => pulled }
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

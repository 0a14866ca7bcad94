import { expect, test } from 'bun:test'
import { frameMessage, MessageReader } from '@service/router/adapters/links/message-reader.ts'
import { array, assert, infiniteStream, integer, property, uint8Array } from 'fast-check'

test('messages come out as they went in, however the bytes are cut', () => {
  assert(
    property(
      array(uint8Array({ maxLength: 10_000 }), { maxLength: 6 }),
      infiniteStream(integer({ min: 1, max: 7000 })),
      (messages, sizes) => {
        const bytes = Buffer.concat(messages.map(frameMessage))
        const reader = new MessageReader(10_000)
        const seen: Uint8Array[] = []
        for (let at = 0; at < bytes.length;) {
          const size = sizes.next().value
          seen.push(...(reader.push(bytes.subarray(at, at + size)) ?? []))
          at += size
        }
        expect(seen.map((message) => Buffer.from(message).toString('hex'))).toEqual(
          messages.map((message) => Buffer.from(message).toString('hex')),
        )
      },
    ),
    { numRuns: 100 },
  )
})

test('messages of one chunk do not share memory that the next one overwrites', () => {
  const reader = new MessageReader(100)
  const [one] = reader.push(frameMessage(Uint8Array.of(1, 2, 3))) ?? []
  reader.push(frameMessage(Uint8Array.of(9, 9, 9)))
  expect(one).toEqual(Uint8Array.of(1, 2, 3))
})

test('a message that is too large is known by its length alone', () => {
  const reader = new MessageReader(100)
  expect(reader.push(frameMessage(new Uint8Array(100)))).toHaveLength(1)
  expect(reader.push(Uint8Array.of(0, 0, 0))).toEqual([])
  expect(reader.push(Uint8Array.of(101))).toBeUndefined()
})

test('eight megabytes, byte by byte, take a moment and no more memory than they have', () => {
  const size = 8 * 1024 * 1024
  const reader = new MessageReader(size)
  reader.push(frameMessage(new Uint8Array(size)).subarray(0, 4))
  const byte = Uint8Array.of(7)
  const began = performance.now()
  let messages: readonly Uint8Array[] = []
  for (let at = 0; at < size; at += 1) messages = reader.push(byte) ?? []
  expect(messages[0]?.byteLength).toBe(size)
  expect(performance.now() - began).toBeLessThan(20_000)
})

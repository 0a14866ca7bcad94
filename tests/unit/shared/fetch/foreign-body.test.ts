import { afterEach, describe, expect, test } from 'bun:test'
import type { Socket } from 'node:net'
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import type { Fault } from '@shared/fault/fault.ts'
import {
  KILOBYTE,
  MEGABYTE,
  ask,
  endless,
  expectClosed,
  stopServers,
} from '../../../support/fetch/ask-server.ts'
import { refusalOf } from '../../../support/fetch/refusal-of.ts'

afterEach(stopServers)

const tooLarge = (fault: Fault): void => {
  expect(fault.code).toBe('too_large')
  expect(fault.param).toBe('audio_url')
}

const packed = (encoding: string, body: Uint8Array) => (socket: Socket) => {
  socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`)
  socket.end(body)
}

describe('a packed body', () => {
  const text = Buffer.from('hello '.repeat(1000))

  test.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZIP', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['identity', text],
  ])('of %s is unpacked', async (encoding, body) => {
    const asked = await ask(packed(encoding, body))
    expect(Buffer.from(await asked.bytes()).equals(text)).toBe(true)
    expect((await asked.reply).headers.has('content-encoding')).toBe(false)
  })

  const bomb = Buffer.alloc(100 * MEGABYTE)
  test.each([
    ['gzip', gzipSync(bomb)],
    ['br', brotliCompressSync(bomb, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ['deflate', deflateSync(bomb)],
  ])('of %s that unpacks to 100 megabytes costs no more than the limit', async (encoding, body) => {
    const asked = await ask(packed(encoding, body), { limits: { maxBytes: MEGABYTE } })
    const { body: pieces } = await asked.reply
    let total = 0
    const read = async (): Promise<void> => {
      for await (const piece of pieces) total += piece.length
    }
    tooLarge(await refusalOf(read()))
    expect(total).toBeLessThanOrEqual(MEGABYTE)
    await expectClosed(asked)
  })

  test('that never ends and unpacks to nothing is refused, too', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n'
    const asked = await ask(endless(head, gzipSync(Buffer.alloc(0))), { limits: { maxBytes: 64 * KILOBYTE } })
    tooLarge(await refusalOf(asked.bytes()))
    await expectClosed(asked)
  })

  test.each([
    ['nonsense', 'gzip', Buffer.from('this is no gzip')],
    ['half of it', 'gzip', gzipSync(text).subarray(0, 20)],
    ['an encoding nobody asked for', 'zstd', text],
    ['two layers', 'gzip, gzip', gzipSync(gzipSync(text))],
    ['the name of a property of objects', 'constructor', text],
  ])('that is %s is refused', async (_what, encoding, body) => {
    const asked = await ask(packed(encoding, body))
    const fault = await refusalOf(asked.bytes())
    expect(fault.code).toBe('unavailable')
    expect(fault.message).not.toMatch(/zlib|Z_|header check/i)
  })
})

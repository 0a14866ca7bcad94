import { afterEach, describe, expect, test } from 'bun:test'
import type { Socket } from 'node:net'
import type { Fault } from '@shared/fault/fault.ts'
import type { ForeignReply } from '@shared/fetch/foreign-reply.ts'
import { eventually } from '../../../support/eventually.ts'
import {
  KILOBYTE,
  MEGABYTE,
  ask,
  endless,
  expectClosed,
  stopServers,
} from '../../../support/fetch/ask-server.ts'
import { replyText } from '../../../support/fetch/raw-server.ts'
import { refusalOf } from '../../../support/fetch/refusal-of.ts'

afterEach(stopServers)

const tooLarge = (fault: Fault): void => {
  expect(fault.code).toBe('too_large')
  expect(fault.param).toBe('audio_url')
}

describe('bytes', () => {
  test('a body of exactly the limit is read, one byte more is not', async () => {
    const limits = { maxBytes: 100 }
    const fits = await ask((socket) => socket.end(replyText('200 OK', [], 'a'.repeat(100))), { limits })
    expect((await fits.bytes()).length).toBe(100)
    const over = await ask((socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${'a'.repeat(101)}`), { limits })
    tooLarge(await refusalOf(over.bytes()))
  })

  test('a length over the limit is refused before the body is sent', async () => {
    const asked = await ask((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n'), {
      limits: { maxBytes: 100 },
    })
    tooLarge(await refusalOf(asked.reply))
    await expectClosed(asked)
  })

  test.each([
    ['without a length', 'HTTP/1.1 200 OK\r\n\r\n', Buffer.alloc(64 * KILOBYTE)],
    [
      'in chunks',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
      Buffer.from(`1000\r\n${'a'.repeat(4096)}\r\n`),
    ],
  ])('an endless body %s costs no more than the limit', async (_how, head, piece) => {
    const asked = await ask(endless(head, piece), { limits: { maxBytes: MEGABYTE } })
    tooLarge(await refusalOf(asked.bytes()))
    await expectClosed(asked)
  })

  test('a body shorter than its length is no body', async () => {
    const asked = await ask((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort'))
    const fault = await refusalOf(asked.bytes())
    expect(fault.code).toBe('unavailable')
    expect(fault.message).not.toMatch(/ECONN|aborted/)
  })

  test('a chunked body that breaks off is no body', async () => {
    const asked = await ask((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n'),
    )
    expect((await refusalOf(asked.bytes())).code).toBe('unavailable')
  })

  test('what follows after the length is not read', async () => {
    const asked = await ask((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 evil'),
    )
    expect(Buffer.from(await asked.bytes()).toString()).toBe('ok')
  })

  test('the limit holds on the way for those who read piece by piece', async () => {
    const asked = await ask(endless('HTTP/1.1 200 OK\r\n\r\n', Buffer.alloc(10 * KILOBYTE)), {
      limits: { maxBytes: MEGABYTE },
    })
    const { body } = await asked.reply
    let total = 0
    const read = async (): Promise<void> => {
      for await (const piece of body) total += piece.length
    }
    tooLarge(await refusalOf(read()))
    expect(total).toBeLessThanOrEqual(MEGABYTE)
    expect(total).toBeGreaterThan(MEGABYTE / 2)
  })
})

describe('those who leave', () => {
  const reasonOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (reason: unknown) => reason,
    )

  test('before the answer end the request', async () => {
    const leaving = new AbortController()
    const asked = await ask(() => undefined, { request: { signal: leaving.signal } })
    await eventually('the request is there', () => asked.server.requests.length === 1)
    leaving.abort('enough')
    expect(await reasonOf(asked.reply)).toBe('enough')
    await expectClosed(asked)
  })

  test('within the body end it', async () => {
    const leaving = new AbortController()
    const asked = await ask((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nfirst'), {
      request: { signal: leaving.signal },
    })
    const bytes = asked.bytes()
    leaving.abort('enough')
    expect(await reasonOf(bytes)).toBe('enough')
    await expectClosed(asked)
  })

  test('beforehand never connect', async () => {
    const asked = await ask(() => undefined, { request: { signal: AbortSignal.abort('never mind') } })
    expect(await reasonOf(asked.reply)).toBe('never mind')
    expect(asked.server.connections).toBe(0)
  })

  test.each([
    [
      'the loop',
      async ({ body }: ForeignReply) => {
        for await (const piece of body) if (piece.length > 0) break
      },
    ],
    ['without reading', ({ close }: ForeignReply) => Promise.resolve(close())],
  ])('leave %s and end the connection', async (_how, leave) => {
    const asked = await ask(
      endless('HTTP/1.1 200 OK\r\ncontent-encoding: identity\r\n\r\n', Buffer.alloc(1000)),
    )
    await leave(await asked.reply)
    await expectClosed(asked)
  })
})

describe('what is asked and answered', () => {
  test('a range is asked for unpacked and comes with its status', async () => {
    const asked = await ask(
      (socket) => socket.end(replyText('206 Partial Content', ['content-range: bytes 4-7/8'], 'rest')),
      { request: { range: { firstByte: 4 } } },
    )
    const reply = await asked.reply
    expect([reply.status, reply.headers.get('content-range')]).toEqual([206, 'bytes 4-7/8'])
    expect(asked.server.requests[0]?.toLowerCase()).toContain(
      'range: bytes=4-\r\naccept-encoding: identity\r\n',
    )
    expect(Buffer.from(await reply.bytes()).toString()).toBe('rest')
  })

  test('a reply of another kind than wanted is refused, an error of the server is not hidden', async () => {
    const contentTypes = ['image/*', 'application/pdf']
    const kind = (status: string, type: string) => (socket: Socket) =>
      socket.end(replyText(status, [`content-type: ${type}`], 'x'))
    for (const type of ['image/png', 'Image/JPEG; q=1', 'application/pdf'])
      expect((await (await ask(kind('200 OK', type), { contentTypes })).reply).status).toBe(200)
    for (const type of ['text/html', 'imagery/png', 'application/pdfx', ''])
      expect((await refusalOf((await ask(kind('200 OK', type), { contentTypes })).reply)).code).toBe(
        'unsupported_media_type',
      )
    expect((await (await ask(kind('404 Not Found', 'text/html'), { contentTypes })).reply).status).toBe(404)
  })

  test.each([
    ['host', 'evil.test'],
    ['Content-Length', '3'],
    ['transfer-encoding', 'chunked'],
    ['x-split', 'a\r\nevil: b'],
    ['bad name', 'x'],
  ])('the header %p is refused', async (name, value) => {
    const asked = await ask(() => undefined, { request: { headers: { [name]: value } } })
    expect((await refusalOf(asked.reply)).code).toBe('invalid_request')
    expect(asked.server.connections).toBe(0)
  })
})

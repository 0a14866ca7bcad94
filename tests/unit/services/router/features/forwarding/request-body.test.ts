import { describe, expect, test } from 'bun:test'
import { readWholeBody, streamBody } from '@service/router/features/forwarding/request-body.ts'

const bytes = (count: number): Uint8Array<ArrayBuffer> => new Uint8Array(count).fill(65)

/** A body in pieces, whose length nobody has announced. */
const inPieces = (pieces: number, size: number): { request: Request; taken: () => number } => {
  let taken = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (taken === pieces) return controller.close()
        taken += 1
        controller.enqueue(bytes(size))
      },
    },
    { highWaterMark: 0 },
  )
  return { request: new Request('http://localhost/', { method: 'POST', body }), taken: () => taken }
}

const announced = (length: number, size = length): Request =>
  new Request('http://localhost/', {
    method: 'POST',
    body: bytes(size),
    headers: { 'content-length': String(length) },
  })

describe('a body that is read whole', () => {
  test('comes as it was sent, with and without a length', async () => {
    expect((await readWholeBody(announced(1000), 1000)).length).toBe(1000)
    expect((await readWholeBody(inPieces(10, 100).request, 1000)).length).toBe(1000)
    expect((await readWholeBody(new Request('http://localhost/', { method: 'POST' }), 10)).length).toBe(0)
  })

  test('is refused at once when its length says too much', async () => {
    await expect(readWholeBody(announced(1001), 1000)).rejects.toMatchObject({
      code: 'too_large',
      details: { limitBytes: 1000 },
    })
  })

  test('is refused as soon as it has become too long', async () => {
    const { request, taken } = inPieces(1000, 100)
    await expect(readWholeBody(request, 1000)).rejects.toMatchObject({ code: 'too_large' })
    await Bun.sleep(0)
    expect(taken()).toBeLessThan(15)
  })
})

describe('a body that streams', () => {
  test('comes as it was sent', async () => {
    const body = streamBody(inPieces(10, 100).request, 1000)
    expect((await new Response(body!.stream).arrayBuffer()).byteLength).toBe(1000)
    expect(body!.tooLarge?.aborted).toBe(false)
  })

  test('ends in a Fault, and says so, when it has become too long', async () => {
    const body = streamBody(inPieces(11, 100).request, 1000)
    await expect(new Response(body!.stream).arrayBuffer()).rejects.toThrow('1000 bytes')
    expect(body!.tooLarge?.reason).toMatchObject({ code: 'too_large' })
  })

  test('is refused at once when its length says too much', () => {
    expect(() => streamBody(announced(1001), 1000)).toThrow('1000 bytes')
  })

  test('is not there when none was sent', () => {
    expect(streamBody(new Request('http://localhost/', { method: 'DELETE' }), 0)).toBeUndefined()
  })
})

test('a route without a body takes the little that some clients send all the same', async () => {
  expect((await readWholeBody(announced(2), 0)).length).toBe(2)
  expect(() => streamBody(announced(100_000), 0)).toThrow('16384 bytes')
})

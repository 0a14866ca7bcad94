import { describe, expect, test } from 'bun:test'
import { createBudget } from '@service/router/features/forwarding/budget.ts'
import { createRequestBodies } from '@service/router/features/forwarding/request-body.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'
import type { ManualClock } from '../../../../../support/manual-clock.ts'

const bytes = (count: number): Uint8Array<ArrayBuffer> => new Uint8Array(count).fill(65)

/** A body in pieces, whose length nobody has announced; `every` waits before each one. */
const inPieces = (pieces: number, size: number, every: () => Promise<void> = async () => undefined) => {
  let taken = 0
  let isCancelled = false
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await every()
        if (taken === pieces) return controller.close()
        taken += 1
        controller.enqueue(bytes(size))
      },
      cancel: () => void (isCancelled = true),
    },
    { highWaterMark: 0 },
  )
  const request = new Request('http://localhost/', { method: 'POST', body })
  return { request, taken: () => taken, isCancelled: () => isCancelled }
}

const announced = (length: number, size = length): Request =>
  new Request('http://localhost/', {
    method: 'POST',
    body: bytes(size),
    headers: { 'content-length': String(length) },
  })

const never = (): Promise<void> => new Promise(() => undefined)

/** Moves a clock on second by second, letting streams run in between: they need more than promises do. */
const pass = async ({ clock }: { readonly clock: ManualClock }, seconds: number): Promise<void> => {
  for (let second = 0; second < seconds; second += 1) {
    await Bun.sleep(0)
    await clock.advance(1000)
  }
}

const create = (roomBytes = 1_000_000) => {
  const clock = createManualClock()
  const budget = createBudget(roomBytes, 'request bodies')
  const bodies = createRequestBodies({ clock, bodyBytes: budget })
  const held: (() => void)[] = []
  const visit = { hold: (release: () => void) => void held.push(release) }
  return {
    clock,
    budget,
    stream: bodies.stream,
    read: (request: Request, limitBytes: number) => bodies.readWhole(visit, request, limitBytes),
    endVisit: () => held.forEach((release) => release()),
  }
}

describe('a body that is read whole', () => {
  test('comes as it was sent, with and without a length', async () => {
    const { read } = create()
    expect((await read(announced(1000), 1000)).length).toBe(1000)
    expect((await read(announced(200_000), 200_000)).length).toBe(200_000)
    expect((await read(inPieces(10, 100).request, 1000)).length).toBe(1000)
    expect((await read(new Request('http://localhost/', { method: 'POST' }), 10)).length).toBe(0)
  })

  test('is refused at once when its length says too much', async () => {
    await expect(create().read(announced(1001), 1000)).rejects.toMatchObject({
      code: 'too_large',
      details: { limitBytes: 1000 },
    })
  })

  test('is refused as soon as it has become too long', async () => {
    const { request, taken, isCancelled } = inPieces(1000, 100)
    await expect(create().read(request, 1000)).rejects.toMatchObject({ code: 'too_large' })
    await settled()
    expect(taken()).toBeLessThan(15)
    expect(isCancelled()).toBe(true)
  })

  test('is refused when it is nested more than 128 levels deep, and not before', async () => {
    const nested = (levels: number): Request =>
      new Request('http://localhost/', {
        method: 'POST',
        body: '{"a":'.repeat(levels) + '0' + '}'.repeat(levels),
      })
    await expect(create().read(nested(129), 10_000)).rejects.toMatchObject({
      code: 'invalid_request',
      details: { limitLevels: 128 },
    })
    expect((await create().read(nested(128), 10_000)).length).toBeGreaterThan(0)
  })

  test('is in the room of all bodies from its first piece to the end of its visit', async () => {
    const { read, budget, endVisit } = create(1000)
    await read(inPieces(6, 100).request, 1000)
    await expect(read(inPieces(6, 100).request, 1000)).rejects.toMatchObject({
      code: 'overloaded',
      retryAfterSeconds: 2,
    })
    await expect(read(announced(500), 1000)).rejects.toMatchObject({ code: 'overloaded' })
    endVisit()
    expect(() => budget.take(1000)).not.toThrow()
  })

  test('that trickles is given up after half a minute', async () => {
    const { read, clock } = create()
    const { request, isCancelled } = inPieces(1000, 1, () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      clock.after(1000, resolve)
      return promise
    })
    const outcome = read(request, 1000).catch((error: unknown) => error)
    await pass({ clock }, 40)
    expect(await outcome).toMatchObject({ code: 'request_timeout', status: 408 })
    expect(isCancelled()).toBe(true)
  })

  test('that is small and never comes is given up as well', async () => {
    const { read, clock } = create()
    const { request } = inPieces(1, 1, never)
    request.headers.set('content-length', '100')
    const outcome = read(request, 1000).catch((error: unknown) => error)
    await pass({ clock }, 31)
    expect(await outcome).toMatchObject({ code: 'request_timeout' })
  })

  test('that comes steadily but for ever is given up after ten minutes', async () => {
    const { read, clock } = create(10_000_000)
    const { request, taken } = inPieces(10_000, 2048, () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      clock.after(1000, resolve)
      return promise
    })
    const outcome = read(request, 100_000_000).catch((error: unknown) => error)
    await pass({ clock }, 595)
    expect(taken()).toBeGreaterThan(590)
    await pass({ clock }, 10)
    expect(await outcome).toMatchObject({ code: 'request_timeout' })
  })
})

describe('a body that streams', () => {
  test('comes as it was sent', async () => {
    const body = create().stream(inPieces(10, 100).request, 1000)
    expect((await new Response(body!.stream).arrayBuffer()).byteLength).toBe(1000)
    expect(body!.refused.aborted).toBe(false)
  })

  test('ends in a Fault, and says so, when it has become too long', async () => {
    const body = create().stream(inPieces(11, 100).request, 1000)
    await expect(new Response(body!.stream).arrayBuffer()).rejects.toThrow('1000 bytes')
    expect(body!.refused.reason).toMatchObject({ code: 'too_large' })
  })

  test('is refused at once when its length says too much', () => {
    expect(() => create().stream(announced(1001), 1000)).toThrow('1000 bytes')
  })

  test('is not there when none was sent', () => {
    expect(create().stream(new Request('http://localhost/', { method: 'DELETE' }), 0)).toBeUndefined()
  })

  test('ends in a Fault when its client sends nothing more, but not while the service takes nothing', async () => {
    const { stream, clock } = create()
    let isSilent = false
    const body = stream(inPieces(10, 100, () => (isSilent ? never() : Promise.resolve())).request, 1000)
    const reader = body!.stream.getReader()
    await reader.read()
    await clock.advance(3_600_000)
    expect((await reader.read()).value).toHaveLength(100)
    isSilent = true
    const next = reader.read().catch((error: unknown) => error)
    await pass({ clock }, 31)
    expect(await next).toMatchObject({ code: 'request_timeout' })
    expect(body!.refused.reason).toMatchObject({ code: 'request_timeout' })
  })

  test('is left alone when its service wants no more of it', async () => {
    const { request, isCancelled } = inPieces(10, 100)
    const body = create().stream(request, 1000)
    await body!.stream.cancel()
    expect(isCancelled()).toBe(true)
  })
})

test('a route without a body takes the little that some clients send all the same', async () => {
  const { read, stream } = create()
  expect((await read(announced(2), 0)).length).toBe(2)
  expect(() => stream(announced(100_000), 0)).toThrow('16384 bytes')
})

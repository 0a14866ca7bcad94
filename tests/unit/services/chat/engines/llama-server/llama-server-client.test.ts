import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ConnectionLost,
  createLlamaServerClient,
} from '@service/chat/engines/llama-server/llama-server-client.ts'
import { eventually } from '../../../../../support/eventually.ts'

const never = new AbortController().signal
const directory = mkdtempSync(join(tmpdir(), 'skein-client-'))
const socketPath = join(directory, 'engine.sock')
const client = createLlamaServerClient(socketPath, 'the-key')

/** Requests whose connection was closed by us before the reply ended. */
let left = 0
let server: Bun.Server<unknown>

const forEver = (first: string): Response => {
  const encoder = new TextEncoder()
  return new Response(
    new ReadableStream({
      start: (controller) => controller.enqueue(encoder.encode(first)),
      cancel: () => void (left += 1),
    }),
    { headers: { 'content-type': 'text/event-stream' } },
  )
}

const inPieces = (...pieces: readonly string[]): Response =>
  new Response(
    (async function* () {
      for (const piece of pieces) {
        yield new TextEncoder().encode(piece)
        await Bun.sleep(1)
      }
    })(),
  )

beforeAll(() => {
  server = Bun.serve({
    unix: socketPath,
    routes: {
      '/health': () => new Response('{}', { status: 503 }),
      '/echo': async (request) =>
        Response.json({
          method: request.method,
          key: request.headers.get('authorization'),
          connection: request.headers.get('connection'),
          body: await request.text(),
        }),
      '/refuse': () =>
        Response.json({ error: { message: 'no', type: 'invalid_request_error' } }, { status: 400 }),
      '/no-json': () => new Response('not json'),
      '/events': () =>
        inPieces('data: {"te', 'xt":"one"}\n', '\n:\n\ndata: {"text":"tw', 'o"}\n\ndata: [DONE]\n\n'),
      '/bad-event': () => inPieces('data: {"text"\n\n'),
      '/for-ever': () => forEver('data: {"text":"one"}\n\n'),
      '/silent': () => forEver(''),
    },
  })
})

afterAll(async () => {
  await server.stop(true)
  rmSync(directory, { recursive: true, force: true })
})

test('a call carries the key and the body, on a connection of its own', async () => {
  expect(await client.call('/echo', { a: 1 }, never)).toEqual({
    method: 'POST',
    key: 'Bearer the-key',
    connection: 'close',
    body: '{"a":1}',
  })
  expect(await client.call('/echo', undefined, never)).toMatchObject({ method: 'GET', body: '' })
})

test('a server that loads is not healthy, nor is one that is not there', async () => {
  expect(await client.isHealthy(never)).toBe(false)
  expect(await createLlamaServerClient(join(directory, 'none.sock'), '').isHealthy(never)).toBe(false)
})

test('a refusal rejects with its fault, of a call and of a stream', async () => {
  await expect(client.call('/refuse', {}, never)).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(client.stream('/refuse', {}, never).next()).rejects.toMatchObject({ code: 'invalid_request' })
})

test('events are put together however the bytes were cut; pings and the end mark are none', async () => {
  expect(await Array.fromAsync(client.stream('/events', {}, never))).toEqual([
    { text: 'one' },
    { text: 'two' },
  ])
})

test('an event that is no JSON is a failure of the engine', async () => {
  await expect(Array.fromAsync(client.stream('/bad-event', {}, never))).rejects.toMatchObject({
    code: 'engine_failed',
  })
})

test('leaving the loop closes the connection', async () => {
  const before = left
  for await (const event of client.stream('/for-ever', {}, never)) {
    expect(event).toEqual({ text: 'one' })
    break
  }
  await eventually('the server sees that we left', () => left === before + 1, 2000)
})

test.each(['/for-ever', '/silent'])(
  'an abort closes the connection and throws the reason of the signal (%s)',
  async (path) => {
    const before = left
    const abort = new AbortController()
    const reason = new Error('no longer wanted')
    setTimeout(() => abort.abort(reason), 50)
    const reading = Array.fromAsync(client.stream(path, {}, abort.signal))
    expect(await reading.catch((error: unknown) => error)).toBe(reason)
    await eventually('the server sees that we left', () => left === before + 1, 2000)
  },
)

test('an aborted signal sends nothing', async () => {
  const signal = AbortSignal.abort(new Error('too late'))
  await expect(client.call('/echo', {}, signal)).rejects.toThrow('too late')
  await expect(client.stream('/for-ever', {}, signal).next()).rejects.toThrow('too late')
})

test('a server that is not there, or speaks no JSON, is a lost connection', async () => {
  const nobody = createLlamaServerClient(join(directory, 'none.sock'), '')
  expect(await nobody.call('/echo', {}, never).catch((error: unknown) => error)).toBeInstanceOf(
    ConnectionLost,
  )
  expect(await client.call('/no-json', {}, never).catch((error: unknown) => error)).toBeInstanceOf(
    ConnectionLost,
  )
})

test('three hundred calls at once and after one another all come through', async () => {
  for (let round = 0; round < 10; round++) {
    const replies = await Promise.all(
      Array.from({ length: 30 }, (_, index) => client.call('/echo', { round, index }, never)),
    )
    expect(replies).toEqual(
      replies.map((_, index) => expect.objectContaining({ body: JSON.stringify({ round, index }) })),
    )
  }
})

import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServiceClient } from '@shared/contracts/service-client.ts'
import { encodeFault } from '@shared/fault/fault-wire.ts'
import { Fault } from '@shared/fault/fault.ts'

const withService = async (
  answer: (request: Request) => Response | Promise<Response>,
  use: (path: string) => Promise<void>,
): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-'))
  const path = join(directory, 's.sock')
  const server = Bun.serve({ unix: path, fetch: answer })
  try {
    await use(path)
  } finally {
    await server.stop(true)
    rmSync(directory, { recursive: true })
  }
}

test('sends and reads JSON over a Unix socket', async () => {
  await withService(
    async (request) => Response.json({ method: request.method, body: await request.json() }),
    async (path) => {
      const client = createServiceClient('chat', { type: 'unix', path })
      const reply = await client.call<unknown>({ method: 'PUT', path: '/_skein/x', body: { a: 1 } })
      expect(reply).toEqual({ method: 'PUT', body: { a: 1 } })
    },
  )
})

test('rejects with the Fault that the other service named', async () => {
  const fault = new Fault('overloaded', 'Busy.', { retryAfterSeconds: 4 })
  await withService(
    () => Response.json({ fault: encodeFault(fault) }, { status: 503 }),
    async (path) => {
      const call = createServiceClient('chat', { type: 'unix', path }).call({
        method: 'GET',
        path: '/_skein/x',
      })
      expect(await call.catch((error: Fault) => encodeFault(error))).toEqual(encodeFault(fault))
    },
  )
})

test('says unavailable when nobody listens', async () => {
  const client = createServiceClient('model-store', { type: 'unix', path: '/nowhere/s.sock' })
  const error = await client.call({ method: 'GET', path: '/_skein/x' }).catch((thrown: Fault) => thrown)
  expect(error).toMatchObject({ code: 'unavailable', retryAfterSeconds: 2 })
})

test("rejects with the caller's reason when the caller gives up", async () => {
  await withService(
    () => new Promise(() => undefined),
    async (path) => {
      const caller = new AbortController()
      const call = createServiceClient('chat', { type: 'unix', path }).call({
        method: 'GET',
        path: '/_skein/x',
        signal: caller.signal,
      })
      caller.abort(new Error('enough'))
      expect(await call.catch((error: Error) => error.message)).toBe('enough')
    },
  )
})

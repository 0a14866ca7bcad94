import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHttpLeaseHolders } from '@service/model-store/holders/http-lease-holders.ts'
import { createLog } from '@shared/log/create-log.ts'

const holders = createHttpLeaseHolders(createLog('test', 'silent'))
let directory = ''
let socket = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-holder-'))
  socket = join(directory, 'chat.sock')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const revoke = (leaseId: string): Promise<boolean> =>
  holders.revoke({ service: 'chat', instance: 'one', address: `unix:${socket}` }, leaseId)

test.each([true, false])('a holder that answers %j is believed', async (released) => {
  const calls: string[] = []
  const server = Bun.serve({
    unix: socket,
    fetch(request) {
      calls.push(`${request.method} ${new URL(request.url).pathname}`)
      return Response.json({ released })
    },
  })
  expect(await revoke('a/b')).toBe(released)
  expect(calls).toEqual(['POST /_skein/leases/a%2Fb/revoke'])
  await server.stop(true)
})

test('a holder that fails keeps its lease', async () => {
  const server = Bun.serve({ unix: socket, fetch: () => new Response('oops', { status: 500 }) })
  expect(await revoke('a')).toBe(false)
  await server.stop(true)
})

test('a holder that is gone keeps its lease until it expires', async () => {
  expect(await revoke('a')).toBe(false)
})

test('an address that is none keeps it too', async () => {
  expect(await holders.revoke({ service: 'chat', instance: 'one', address: 'nonsense' }, 'a')).toBe(false)
})

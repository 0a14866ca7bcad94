import { expect, test } from 'bun:test'
import { tcpConnects } from '@service/router/adapters/peers/tcp-connects.ts'
import { eventually } from '../../../../../support/eventually.ts'
import { freePort } from '../../../../../support/free-port.ts'

test('somebody who listens is found, and the connection is given back', async () => {
  let open = 0
  const server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { open: () => void (open += 1), close: () => void (open -= 1), data: () => undefined },
  })
  expect(await tcpConnects('127.0.0.1', server.port, 1500)).toBe(true)
  await eventually('it is closed', () => open === 0)
  server.stop(true)
})

test('nobody there is known at once, not after the time that there is', async () => {
  const startedAt = performance.now()
  expect(await tcpConnects('127.0.0.1', freePort(), 60_000)).toBe(false)
  expect(await tcpConnects('no address', 1, 60_000)).toBe(false)
  expect(performance.now() - startedAt).toBeLessThan(5000)
})

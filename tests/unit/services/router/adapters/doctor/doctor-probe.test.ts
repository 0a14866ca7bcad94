import { expect, test } from 'bun:test'
import { stateOfPort } from '@service/router/adapters/peers/doctor-port-state.ts'
import { probePort } from '@service/router/adapters/doctor/doctor-probe.ts'

test('a port that is listened on takes the connection, another one refuses at once', async () => {
  const server = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: () => undefined } })
  const { port } = server
  expect(await probePort('127.0.0.1', port, 2000)).toBe('connected')
  expect(stateOfPort('127.0.0.1', port)).toBe('taken')
  server.stop(true)
  expect(await probePort('127.0.0.1', port, 2000)).toBe('refused')
  expect(stateOfPort('127.0.0.1', port)).toBe('free')
})

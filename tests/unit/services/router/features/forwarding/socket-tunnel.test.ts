import { expect, test } from 'bun:test'
import type { DialledSocket } from '@service/router/features/forwarding/service-transport.ts'
import { SocketTunnel } from '@service/router/features/forwarding/socket-tunnel.ts'
import { createManualClock } from '../../../../../support/manual-clock.ts'

/** Both ends of a tunnel, which write down what is done to them. */
const createTunnel = () => {
  const told: string[] = []
  const world = { bufferedBytes: 0, sends: 1 }
  const service: DialledSocket = {
    protocol: '',
    get bufferedBytes() {
      return world.bufferedBytes
    },
    send: (message) => void told.push(`to service ${String(message)}`),
    close: ({ code, reason }) => void told.push(`close service ${code} ${reason}`),
    pause: () => void told.push('pause service'),
    resume: () => void told.push('resume service'),
    onMessage: () => undefined,
    onClose: () => undefined,
  }
  const client = {
    send(message: string | Uint8Array) {
      told.push(`to client ${String(message)}`)
      return world.sends
    },
    close: (code: number, reason: string) => void told.push(`close client ${code} ${reason}`),
    pause: () => void told.push('pause client'),
    resume: () => void told.push('resume client'),
  }
  const clock = createManualClock()
  const tunnel = new SocketTunnel(service, clock, (wasCut) => void told.push(`end, cut ${wasCut}`))
  tunnel.open(client)
  const happened = (): string[] => told.splice(0)
  return { tunnel, service, client, clock, world, happened }
}

test('messages go both ways, texts as texts and bytes as bytes', () => {
  const { tunnel, service, client, happened } = createTunnel()
  tunnel.message(client, 'hello')
  tunnel.message(client, new Uint8Array([1, 2]))
  service.onMessage('back')
  service.onMessage(new Uint8Array([3]))
  expect(happened()).toEqual([
    'resume service',
    'to service hello',
    'to service 1,2',
    'to client back',
    'to client 3',
  ])
})

test('a client that does not read holds up the service until it does', () => {
  const { tunnel, service, world, happened } = createTunnel()
  happened()
  world.sends = -1
  service.onMessage('a')
  expect(happened()).toEqual(['to client a', 'pause service'])
  tunnel.drain()
  expect(happened()).toEqual(['resume service'])
})

test('a service that does not read holds up the client until it does', async () => {
  const { tunnel, client, clock, world, happened } = createTunnel()
  happened()
  world.bufferedBytes = 2 * 1024 * 1024
  tunnel.message(client, 'a')
  await clock.advance(100)
  expect(happened()).toEqual(['to service a', 'pause client'])
  world.bufferedBytes = 0
  await clock.advance(5)
  expect(happened()).toEqual(['resume client'])
})

test('the end of one side is the end of the other, with its code and reason', () => {
  const one = createTunnel()
  one.happened()
  one.service.onClose({ code: 4001, reason: 'enough' })
  one.tunnel.close(one.client, 4001, 'enough')
  expect(one.happened()).toEqual(['close client 4001 enough', 'end, cut false'])
  const other = createTunnel()
  other.happened()
  other.tunnel.close(other.client, 1000, 'bye')
  other.service.onClose({ code: 1000, reason: 'bye' })
  expect(other.happened()).toEqual(['close service 1000 bye', 'resume service', 'end, cut false'])
})

test('codes that cannot be sent become ones that can', () => {
  const broken = createTunnel()
  broken.happened()
  broken.service.onClose({ code: 1006, reason: '' })
  expect(broken.happened()).toEqual(['close client 1011 the service went away', 'end, cut true'])
  const silent = createTunnel()
  silent.happened()
  silent.service.onClose({ code: 1005, reason: '' })
  expect(silent.happened()).toEqual(['close client 1000 ', 'end, cut false'])
  const gone = createTunnel()
  gone.happened()
  gone.tunnel.close(gone.client, 1006, '')
  expect(gone.happened()).toEqual([
    'close service 1001 the client went away',
    'resume service',
    'end, cut true',
  ])
})

test('a message that was lost ends the connection instead of going missing', () => {
  const { service, world, happened } = createTunnel()
  happened()
  world.sends = 0
  service.onMessage('a')
  expect(happened()).toEqual(['to client a', 'close client 1011 the service went away', 'end, cut true'])
})

test('a tunnel that is cut ends on both sides, with the reason for the client alone, and once', () => {
  const { tunnel, client, happened } = createTunnel()
  happened()
  tunnel.cut('This API key was revoked.')
  tunnel.close(client, 1008, '')
  tunnel.cut('again')
  expect(happened()).toEqual([
    'close client 1008 This API key was revoked.',
    'close service 1001 the client was sent away',
    'resume service',
    'end, cut true',
  ])
})

test('a client whose handshake ends after the cut is sent away at once', () => {
  const { tunnel, client, happened } = createTunnel()
  tunnel.cut('early')
  happened()
  tunnel.open(client)
  expect(happened()).toEqual(['close client 1008 '])
})

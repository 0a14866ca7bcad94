import { expect, test } from 'bun:test'
import { hostOf, TcpDoor, tcpAddress, tcpPortOf } from '@service/router/adapters/links/libp2p-tcp.ts'
import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'

const nodeId = parseNodeId('12D3KooWPsTHfS8gqjpAzZCLcREPRp7FEdmXPVUAZEfEdHnAFCT4')

test('an address of libp2p is made of a host, a port and who is there', () => {
  expect(tcpAddress('10.0.0.7', 8082, nodeId).toString()).toBe(`/ip4/10.0.0.7/tcp/8082/p2p/${nodeId}`)
  expect(tcpAddress('fd00::7', 8082).toString()).toBe('/ip6/fd00::7/tcp/8082')
  expect(() => tcpAddress('a host', 8082)).toThrow()
})

test('host and port are read from it again; IPv4 behind IPv6 is IPv4', () => {
  expect(hostOf({ remoteAddr: tcpAddress('10.0.0.7', 1, nodeId) })).toBe('10.0.0.7')
  expect(hostOf({ remoteAddr: tcpAddress('fd00::7', 1) })).toBe('fd00::7')
  expect(hostOf({ remoteAddr: tcpAddress('::ffff:10.0.0.7', 1) })).toBe('10.0.0.7')
  expect(tcpPortOf(tcpAddress('10.0.0.7', 8082))).toBe(8082)
  expect(tcpPortOf(undefined)).toBeNaN()
})

test('nobody is dialled before libp2p has its transport', async () => {
  const door = new TcpDoor({
    notes: new WeakMap(),
    onInbound: (_, upgrade) => upgrade(),
    onListenFailed: () => undefined,
  })
  const dial = door.dial(tcpAddress('127.0.0.1', 1), AbortSignal.timeout(1000), () => undefined)
  await expect(dial).rejects.toThrow('Not started')
})

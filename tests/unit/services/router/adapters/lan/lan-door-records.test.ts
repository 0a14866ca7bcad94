import { expect, test } from 'bun:test'
import { nodeIdOfPublicKey } from '@service/router/adapters/cluster/ed25519-node-id.ts'
import {
  answerDoorQuestions,
  doorAnnouncement,
  doorGoodbye,
  hostNameOf,
} from '@service/router/adapters/lan/lan-door-records.ts'

const door = { nodeId: nodeIdOfPublicKey(Buffer.alloc(32, 3)), port: 8080, version: '1.0.0' }
const ask = (type: string, name: string) => answerDoorQuestions(door, '10.0.0.7', [{ type, name }])
const INSTANCE = `Skein ${door.nodeId.slice(-4)}`

test('the host name is good DNS, the same for ever, and another for each node', () => {
  expect(hostNameOf(door)).toMatch(/^skein-[0-9a-f]{8}\.local$/)
  expect(hostNameOf(door)).toBe(hostNameOf({ nodeId: door.nodeId }))
  expect(hostNameOf(door)).not.toBe(hostNameOf({ nodeId: nodeIdOfPublicKey(Buffer.alloc(32, 4)) }))
})

test('a list of services names services, each of them leads on to port and address', () => {
  expect(ask('PTR', '_services._dns-sd._udp.local')?.additionals).toEqual([])
  const reply = ask('PTR', '_SKEIN._tcp.local.')
  expect(reply?.answers).toEqual([
    expect.objectContaining({ type: 'PTR', data: `${INSTANCE}._skein._tcp.local` }),
  ])
  expect(reply?.additionals.map(({ type }) => type)).toContain('SRV')
  expect(reply?.additionals.map(({ type }) => type)).toContain('A')
})

test('all of an instance is told at once to who asks for all', () => {
  const reply = ask('ANY', `${INSTANCE}._http._tcp.local`)
  expect(reply?.answers.map(({ type }) => type)).toEqual(['SRV', 'TXT'])
})

test.each([
  ['PTR', '_ipp._tcp.local'],
  ['PTR', '_skein-peer._udp.local'],
  ['AAAA', hostNameOf(door)],
  ['A', 'other.local'],
  ['A', ''],
])('a question for %s %s is not ours', (type, name) => {
  expect(ask(type, name)).toBeUndefined()
})

test('a goodbye takes back all that was announced', () => {
  const announced = doorAnnouncement(door, '10.0.0.7')
  expect(announced).toHaveLength(7)
  expect(doorGoodbye(door, '10.0.0.7')).toEqual(
    announced.map((record) => ({ ...record, ttl: 0 }) as typeof record),
  )
})

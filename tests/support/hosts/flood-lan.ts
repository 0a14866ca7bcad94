import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'

/** Sends hostile packets to all who listen to multicast DNS on the network of an address. */
const [address = ''] = process.argv.slice(2)

const header = (flags: number, questions: number, answers: number): Buffer => {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt16BE(flags, 2)
  bytes.writeUInt16BE(questions, 4)
  bytes.writeUInt16BE(answers, 6)
  return bytes
}

const label = (text: string): Buffer => Buffer.concat([Buffer.of(text.length), Buffer.from(text)])
const name = (...labels: readonly string[]): Buffer => Buffer.concat([...labels.map(label), Buffer.of(0)])
const PEER_SERVICE = name('_skein-peer', '_udp', 'local')
const TEXT_RECORD = Buffer.of(0, 16, 0, 1, 0, 0, 0, 120)

const textRecord = (owner: Buffer, data: Buffer): Buffer => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(data.length)
  return Buffer.concat([owner, TEXT_RECORD, length, data])
}

/** Questions whose names are long chains of pointers: slow to read. */
const pointerChains = (byteCount: number): Buffer => {
  const chain = Math.floor(byteCount / 4)
  const bytes = Buffer.alloc(byteCount)
  header(0, Math.floor((byteCount - 14 - chain) / 6), 0).copy(bytes)
  for (let at = 14; at < 14 + chain; at += 2) bytes.writeUInt16BE(0xc000 | ((at - 2) & 0x3fff), at)
  for (let at = 14 + chain; at + 6 <= byteCount; at += 6)
    bytes.writeUInt16BE(0xc000 | ((12 + chain) & 0x3fff), at)
  return bytes
}

const QUERY = 0
const RESPONSE = 0x8400
const id = `12D3KooW${'1'.repeat(44)}`
const packets = [
  Buffer.alloc(0),
  Buffer.alloc(3),
  header(RESPONSE, 65_535, 65_535),
  Buffer.concat([header(QUERY, 1, 0), Buffer.of(0xc0, 0x0c, 0, 12, 0, 1)]),
  Buffer.concat([
    header(QUERY, 500, 0),
    ...Array.from({ length: 500 }, () => Buffer.concat([PEER_SERVICE, Buffer.of(0, 12, 0, 1)])),
  ]),
  Buffer.concat([
    header(RESPONSE, 0, 1),
    textRecord(name('__proto__', '_skein-peer', '_udp', 'local'), label('v=1')),
  ]),
  Buffer.concat([
    header(RESPONSE, 0, 1),
    textRecord(name(id, '_skein-peer', '_udp', 'local'), label('link=99999')),
  ]),
  Buffer.concat([
    header(RESPONSE, 0, 1),
    textRecord(name(id, '_skein-peer', '_udp', 'local'), Buffer.alloc(500, 0xff)),
  ]),
  ...Array.from({ length: 30 }, () => pointerChains(8900)),
  ...Array.from({ length: 30 }, () => pointerChains(60_000)),
  ...Array.from({ length: 500 }, () => Buffer.concat([header(RESPONSE, 1, 3), randomBytes(400)])),
  ...Array.from({ length: 500 }, () => randomBytes(300)),
]

const socket = createSocket('udp4')
await new Promise<void>((resolve) => socket.bind(0, address, resolve))
socket.setMulticastInterface(address)
for (const packet of packets) {
  await new Promise<void>((resolve) => socket.send(packet, 5353, '224.0.0.251', () => resolve()))
}
socket.close()

import { afterEach, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { eventually } from '../../support/eventually.ts'
import { connectRawMember } from '../../support/hosts/raw-member.ts'
import { openTestPeer, stopTestPeers } from '../../support/hosts/test-peer.ts'
import type { TestPeer } from '../../support/hosts/test-peer.ts'

const LONG = 30_000
const sockets = new Set<Socket>()
const servers = new Set<Server>()
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers) server.close()
  sockets.clear()
  servers.clear()
  await stopTestPeers()
})

/** Says this to the port of a node, and nothing more. */
const say = (port: number, bytes: Uint8Array | string, from = '127.0.0.1'): Promise<Socket> => {
  const { promise, reject, resolve } = Promise.withResolvers<Socket>()
  const socket = connect({ host: '127.0.0.1', port, localAddress: from })
  sockets.add(socket)
  socket.on('error', reject)
  socket.on('connect', () => {
    if (bytes.length > 0) socket.write(bytes)
    resolve(socket)
  })
  return promise
}

const serve = async (onSocket: (socket: Socket) => void): Promise<number> => {
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  servers.add(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** It still does what it is for. */
const isWell = async (node: TestPeer): Promise<void> => {
  const friend = await openTestPeer()
  await friend.dial(node)
  const before = node.messages.length
  friend.links[0]?.send(Uint8Array.of(1))
  await eventually('it still takes messages', () => node.messages.length === before + 1)
}

test(
  'dials that are given up at any moment end with a word, and end nothing else',
  async () => {
    const [one, two] = [await openTestPeer(), await openTestPeer()]
    const silent = await serve(() => undefined)
    const dialAt = (linkPort: number, afterMs: number): Promise<string> =>
      one.dial({ nodeId: two.nodeId, linkPort }, afterMs).then(
        () => 'linked',
        (error: { trouble: string }) => error.trouble,
      )
    expect(new Set(await Promise.all([0, 1, 5, 20, 100].map((ms) => dialAt(silent, ms))))).toEqual(
      new Set(['no-answer']),
    )
    // Not more: a host that dials often is kept waiting.
    for (let afterMs = 0; afterMs < 30; afterMs += 2) {
      expect(['no-answer', 'linked']).toContain(await dialAt(two.linkPort, afterMs))
      for (const link of one.links) link.close()
    }
    const gone = new AbortController()
    gone.abort()
    // Not the other one: a link to it may be there still.
    const three = await openTestPeer()
    await expect(
      one.network.dial(three.nodeId, '127.0.0.1', three.linkPort, gone.signal),
    ).rejects.toMatchObject({ trouble: 'no-answer' })
    await isWell(one)
    await isWell(two)
  },
  LONG,
)

test('who answers with something else is told from who says nothing', async () => {
  const [one, two] = [await openTestPeer(), await openTestPeer()]
  const dial = (linkPort: number) => one.dial({ nodeId: two.nodeId, linkPort }, 1000)
  const noise = await serve((socket) => socket.write(randomBytes(5000)))
  await expect(dial(noise)).rejects.toMatchObject({ trouble: 'wrong-identity' })
  const closer = await serve((socket) => socket.end())
  await expect(dial(closer)).rejects.toMatchObject({ trouble: 'closed' })
  const silent = await serve(() => undefined)
  await expect(dial(silent)).rejects.toMatchObject({ trouble: 'no-answer' })
  await expect(dial(1)).rejects.toMatchObject({ trouble: 'refused' })
})

test(
  'noise at its port is none of its business',
  async () => {
    const node = await openTestPeer({ listenHost: '0.0.0.0' })
    const hello = '\x13/multistream/1.0.0\n'
    const words = [
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
      randomBytes(1),
      randomBytes(100_000),
      Buffer.alloc(100_000),
      Buffer.alloc(10, 0xff),
      hello,
      `${hello}\x07/noise\n`,
      Buffer.concat([Buffer.from(`${hello}\x07/noise\n`), randomBytes(70_000)]),
      Buffer.concat([Buffer.from(`${hello}\x07/noise\n\x00\x20`), randomBytes(32)]),
      `${hello}\x0d/yamux/1.0.0\n`,
    ]
    for (const word of words) {
      const socket = await say(node.linkPort, word, '127.0.0.2')
      socket.end()
    }
    for (const word of words) (await say(node.linkPort, word, '127.0.0.2')).resetAndDestroy()
    await isWell(node)
    await eventually('attempts were told', () => node.refused.length > 0)
    expect(node.links).toHaveLength(1)
  },
  LONG,
)

test(
  'who holds many lines and says nothing, or a byte at a time, takes no room from others for long',
  async () => {
    const node = await openTestPeer({ listenHost: '0.0.0.0' })
    for (let count = 0; count < 200; count += 1) {
      const socket = await say(node.linkPort, count % 2 === 0 ? '' : '\x13', '127.0.0.2')
      socket.on('error', () => undefined)
    }
    await isWell(node)
    const closed = (): number =>
      [...sockets].filter(({ destroyed, readyState }) => destroyed || readyState !== 'open').length
    await eventually('they are all cut off', () => closed() >= 200, 10_000)
    await isWell(node)
  },
  LONG,
)

test(
  'a member without manners loses its link, and nobody else does',
  async () => {
    const node = await openTestPeer()
    const huge = await connectRawMember(node)
    const stream = await huge.openStream()
    await eventually('there is a link', () => node.links.length === 1)
    stream.send(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 2, 3))
    await eventually('a message of 4 GB is too much', () => node.downs.length === 1)
    expect(node.messages).toEqual([])

    const twofold = await connectRawMember(node)
    await twofold.openStream()
    await eventually('there is a link', () => node.links.length === 2)
    await twofold.openStream().catch(() => undefined)
    await eventually('a second stream ends nothing but itself, or the link', () => node.links.length === 2)

    const shy = await connectRawMember(node)
    await eventually('who opens no stream is cut off', () => shy.connection.status !== 'open', 8000)
    expect(node.links).toHaveLength(2)
    await isWell(node)
    await Promise.all([huge, twofold, shy].map((member) => member.stop()))
    await eventually('the link is down', () => node.downs.length === 2)
  },
  LONG,
)

test('what hammers at a port that closes is not heard', async () => {
  for (let round = 0; round < 10; round += 1) {
    const node = await openTestPeer()
    const hammer = Array.from({ length: 20 }, () =>
      say(node.linkPort, randomBytes(100)).catch(() => undefined),
    )
    await hammer[0]
    await node.stop()
    await Promise.all(hammer)
  }
})

import { afterEach, describe, expect, test } from 'bun:test'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { systemClock } from '@shared/process/clock.ts'
import { eventually } from '../../../../../support/eventually.ts'
import { createManualClock } from '../../../../../support/manual-clock.ts'
import { startTestTunnel } from '../../../../../support/sharding/rpc-tunnel.ts'
import type { TestTunnel } from '../../../../../support/sharding/rpc-tunnel.ts'

const MEBIBYTE = 2 ** 20

const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

/** A worker that does with its connections what the test says. */
const startWorker = async (
  serve: (socket: Socket) => void,
): Promise<{ server: Server; port: number; sockets: Socket[] }> => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const address = server.address()
  return { server, sockets, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

const tunnelTo = async (port: number, clock = systemClock): Promise<TestTunnel> => {
  const tunnel = await startTestTunnel(() => port, clock)
  opened.push(() => {
    tunnel.inlet.close()
    return tunnel.stop()
  })
  return tunnel
}

const enter = async (tunnel: TestTunnel): Promise<Socket> => {
  const [host = '', port = ''] = tunnel.inlet.endpoint.split(':')
  const socket = connect({ host, port: Number(port) })
  socket.on('error', () => undefined)
  opened.push(() => socket.destroy())
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  return socket
}

const endOf = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once('close', () => resolve()))

/** Bytes whose place can be told from their values. */
const pattern = (length: number): Uint8Array => {
  const words = new Uint32Array(length / 4)
  for (let index = 0; index < words.length; index += 1) words[index] = Math.imul(index, 2_654_435_761)
  return new Uint8Array(words.buffer)
}

const hashOf = (bytes: Uint8Array): string => Bun.hash(bytes).toString(16)

describe('a tunnel to the worker of another node', () => {
  test('listens on loopback alone', async () => {
    const worker = await startWorker(() => undefined)
    expect((await tunnelTo(worker.port)).inlet.endpoint).toMatch(/^127\.0\.0\.1:\d+$/)
  })

  test('carries a hundred megabytes both ways at once, every byte in its place', async () => {
    const worker = await startWorker((socket) => void socket.pipe(socket))
    const socket = await enter(await tunnelTo(worker.port))
    const sent = pattern(100 * MEBIBYTE)
    const got = new Uint8Array(sent.length)
    let length = 0
    const whole = new Promise<void>((resolve) =>
      socket.on('data', (bytes: Uint8Array) => {
        got.set(bytes, length)
        length += bytes.length
        if (length === sent.length) resolve()
      }),
    )
    socket.write(sent)
    await whole
    expect(hashOf(got)).toBe(hashOf(sent))
  }, 60_000)

  test('holds the sender up while the worker does not read, in little memory', async () => {
    const worker = await startWorker((socket) => void socket.pause())
    const socket = await enter(await tunnelTo(worker.port))
    const before = process.memoryUsage().rss
    const part = pattern(MEBIBYTE)
    let parts = 0
    let looksWithoutChange = 0
    const isStuck = (): boolean => {
      const first = parts
      while (socket.writableLength < MEBIBYTE && parts < 600) {
        socket.write(part)
        parts += 1
      }
      looksWithoutChange = parts === first ? looksWithoutChange + 1 : 0
      return looksWithoutChange === 10
    }
    await eventually('nothing more is taken', isStuck, 30_000)
    expect(parts).toBeLessThan(200)
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * MEBIBYTE)
    let received = 0
    const [far] = worker.sockets
    far?.on('data', (bytes) => (received += bytes.length))
    far?.resume()
    await eventually('all of it arrives', () => received === parts * MEBIBYTE, 30_000)
  }, 60_000)

  test('carries one connection after another, as an engine that looks first and then stays', async () => {
    const worker = await startWorker((socket) => void socket.pipe(socket))
    const tunnel = await tunnelTo(worker.port)
    for (let turn = 0; turn < 3; turn += 1) {
      const socket = await enter(tunnel)
      const echoed = new Promise((resolve) => socket.once('data', resolve))
      socket.write(`turn ${turn}`)
      expect(String(await echoed)).toBe(`turn ${turn}`)
      socket.end()
      await eventually('the worker sees its end', () => tunnel.openCount() === 0)
    }
    expect(await Promise.race([tunnel.inlet.broken, Promise.resolve('whole')])).toBe('whole')
  })

  test('passes on all that the worker has written before it ended, and tells of the end', async () => {
    const last = pattern(8 * MEBIBYTE)
    const worker = await startWorker((socket) => void socket.end(last))
    const tunnel = await tunnelTo(worker.port)
    const socket = await enter(tunnel)
    let length = 0
    socket.on('data', (bytes) => (length += bytes.length))
    await endOf(socket)
    expect(length).toBe(last.length)
    expect(await tunnel.inlet.broken).toContain('closed')
  })

  test('is broken when the worker dies, when the WebSocket is cut, and when nobody is there', async () => {
    const worker = await startWorker(() => undefined)
    const dying = await tunnelTo(worker.port)
    const first = await enter(dying)
    await eventually('it is connected', () => worker.sockets.length === 1)
    worker.sockets[0]?.resetAndDestroy()
    await endOf(first)
    expect(await dying.inlet.broken).toBeString()

    const cut = await tunnelTo(worker.port)
    const second = await enter(cut)
    await eventually('it is connected', () => cut.openCount() === 1 && worker.sockets.length === 2)
    cut.cutFarEnd()
    await endOf(second)
    expect(await cut.inlet.broken).toBe('cut by the test')

    worker.server.close()
    for (const socket of worker.sockets) socket.destroy()
    const nowhere = await tunnelTo(worker.port)
    await endOf(await enter(nowhere))
    expect(await nowhere.inlet.broken).toBe('it cannot be reached')
  })

  test('is cut when nothing is heard of the other end any more, and not before', async () => {
    const worker = await startWorker(() => undefined)
    const clock = createManualClock()
    const tunnel = await tunnelTo(worker.port, clock)
    const socket = await enter(tunnel)
    await eventually('it is connected', () => tunnel.openCount() === 1)
    let isOver = false
    void endOf(socket).then(() => (isOver = true))
    // Both ends say at 5, 10 and 15 seconds that they live; what they say goes over a real connection.
    await clock.advance(15_000)
    await eventually('they have got through', () => tunnel.counts.signs === 3)
    await clock.advance(5000)
    expect(isOver).toBe(false)
    // Now time runs without anything getting through.
    await clock.advance(60_000)
    await eventually('it is over', () => isOver)
    expect(await tunnel.inlet.broken).toBe('nothing was heard of it any more')
  })

  test('leaves nothing open once it is closed', async () => {
    const worker = await startWorker(() => undefined)
    const tunnel = await tunnelTo(worker.port)
    const socket = await enter(tunnel)
    await eventually('it is connected', () => tunnel.openCount() === 1)
    tunnel.inlet.close()
    tunnel.inlet.close()
    await endOf(socket)
    await eventually('the far end is gone', () => tunnel.openCount() === 0)
    await eventually('so is the connection to the worker', () => worker.sockets[0]?.destroyed === true)
    const late = connect({ host: '127.0.0.1', port: Number(tunnel.inlet.endpoint.split(':')[1]) })
    const refusal = await new Promise<Error>((resolve) => late.once('error', resolve))
    expect(refusal.message).toContain('ECONNREFUSED')
  })
})

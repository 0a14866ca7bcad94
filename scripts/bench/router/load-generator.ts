/**
 * Asks a server as fast as it answers, over N connections that stay open, in a process of its own:
 * `load-generator.ts PORT CONNECTIONS MILLISECONDS json|sse`. Prints one line of JSON: `LoadFigures`.
 * It reads just enough HTTP to see where a reply ends, so that it costs little beside what it measures.
 */

export interface LoadFigures {
  readonly requests: number
  readonly failed: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const CHUNKED_END = '\r\n0\r\n\r\n'

interface Client {
  sentAtMs: number
  /** Bytes of the reply that are still to come; undefined until its head is read, -1 for a chunked one. */
  left: number | undefined
  /** The last bytes, where the end of a chunked reply is looked for. */
  tail: string
}

const requestText = (kind: string): string => {
  const body = JSON.stringify({
    model: 'bench',
    messages: [{ role: 'user', content: 'Say hello to a person whom you have not met before.' }],
    stream: kind === 'sse',
  })
  return `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/** True when the reply is whole. */
const read = (client: Client, data: Buffer): boolean => {
  let body = data.length
  if (client.left === undefined) {
    const head = data.toString('latin1')
    const end = head.indexOf('\r\n\r\n')
    const length = /content-length: (\d+)/i.exec(head.slice(0, end))?.[1]
    client.left = length === undefined ? -1 : Number(length)
    body = data.length - end - 4
  }
  if (client.left >= 0) {
    client.left -= body
    return client.left === 0
  }
  client.tail = (client.tail + data.subarray(-CHUNKED_END.length).toString('latin1')).slice(
    -CHUNKED_END.length,
  )
  return client.tail === CHUNKED_END
}

const generateLoad = async (
  port: number,
  connections: number,
  durationMs: number,
  kind: string,
): Promise<LoadFigures> => {
  const request = requestText(kind)
  const tookMs: number[] = []
  let failed = 0
  let isOver = false
  const startedAt = performance.now()
  const sockets = await Promise.all(
    Array.from({ length: connections }, () =>
      Bun.connect<Client>({
        hostname: '127.0.0.1',
        port,
        data: { sentAtMs: 0, left: undefined, tail: '' },
        socket: {
          open(socket) {
            socket.data.sentAtMs = performance.now()
            socket.write(request)
          },
          data(socket, data) {
            if (socket.data.left === undefined && !data.subarray(9, 12).equals(Buffer.from('200')))
              failed += 1
            if (!read(socket.data, data)) return
            tookMs.push(performance.now() - socket.data.sentAtMs)
            if (isOver) return
            socket.data = { sentAtMs: performance.now(), left: undefined, tail: '' }
            socket.write(request)
          },
        },
      }),
    ),
  )
  await Bun.sleep(durationMs)
  isOver = true
  const seconds = (performance.now() - startedAt) / 1000
  const sorted = tookMs.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  for (const socket of sockets) socket.terminate()
  return {
    requests: sorted.length,
    failed,
    perSecond: sorted.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  }
}

if (import.meta.main) {
  const [port, connections, durationMs, kind = 'json'] = process.argv.slice(2)
  console.log(JSON.stringify(await generateLoad(Number(port), Number(connections), Number(durationMs), kind)))
  process.exit(0)
}

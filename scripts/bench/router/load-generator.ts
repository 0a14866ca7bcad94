/**
 * Asks a server over N connections that stay open, as fast as it answers or so many times in a second, in a process of
 * its own: `load-generator.ts PORT CONNECTIONS MILLISECONDS json|sse PER-SECOND KEY` (0 in a second: as fast as it
 * answers). Prints one line of JSON: `LoadFigures`.
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
  /** When its next request is to go. */
  dueAtMs: number
  /** Bytes of the reply that are still to come; undefined until its head is read, -1 for a chunked one. */
  left: number | undefined
  /** The last bytes, where the end of a chunked reply is looked for. */
  tail: string
}

interface Load {
  readonly port: number
  readonly connections: number
  readonly durationMs: number
  readonly kind: string
  /** Of all connections together; 0: as fast as they are answered. */
  readonly perSecond: number
  readonly secret: string
}

const requestText = ({ kind, secret }: Load): string => {
  const body = JSON.stringify({
    model: 'bench',
    messages: [{ role: 'user', content: 'Say hello to a person whom you have not met before.' }],
    stream: kind === 'sse',
  })
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    `Authorization: Bearer ${secret}`,
    `Content-Length: ${body.length}`,
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
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

const generateLoad = async (load: Load): Promise<LoadFigures> => {
  const { connections, durationMs, perSecond, port } = load
  const request = requestText(load)
  const everyMs = perSecond === 0 ? 0 : (1000 * connections) / perSecond
  const tookMs: number[] = []
  let failed = 0
  let isOver = false
  const send = (socket: Bun.Socket<Client>): void => {
    if (isOver) return
    const { dueAtMs } = socket.data
    socket.data = { sentAtMs: performance.now(), dueAtMs: dueAtMs + everyMs, left: undefined, tail: '' }
    socket.write(request)
  }
  const sendWhenDue = (socket: Bun.Socket<Client>): void => {
    const waitMs = everyMs === 0 ? 0 : socket.data.dueAtMs - performance.now()
    if (waitMs <= 0) send(socket)
    else setTimeout(() => send(socket), waitMs)
  }
  const startedAt = performance.now()
  const sockets = await Promise.all(
    Array.from({ length: connections }, (_, at) =>
      Bun.connect<Client>({
        hostname: '127.0.0.1',
        port,
        // One after the other, not all in the same moment.
        data: {
          sentAtMs: 0,
          dueAtMs: startedAt + (everyMs * at) / connections,
          left: undefined,
          tail: '',
        },
        socket: {
          open: sendWhenDue,
          data(socket, data) {
            if (socket.data.left === undefined && !data.subarray(9, 12).equals(Buffer.from('200')))
              failed += 1
            if (!read(socket.data, data)) return
            tookMs.push(performance.now() - socket.data.sentAtMs)
            sendWhenDue(socket)
          },
        },
      }),
    ),
  )
  await Bun.sleep(durationMs)
  isOver = true
  const seconds = (performance.now() - startedAt) / 1000
  for (const socket of sockets) socket.terminate()
  return { ...figuresOf(tookMs, seconds), failed }
}

const figuresOf = (tookMs: readonly number[], seconds: number): Omit<LoadFigures, 'failed'> => {
  const sorted = tookMs.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  return { requests: sorted.length, perSecond: sorted.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
}

if (import.meta.main) {
  const [port, connections, durationMs, kind = 'json', perSecond = '0', secret = ''] = process.argv.slice(2)
  const figures = await generateLoad({
    port: Number(port),
    connections: Number(connections),
    durationMs: Number(durationMs),
    kind,
    perSecond: Number(perSecond),
    secret,
  })
  console.log(JSON.stringify(figures))
  process.exit(0)
}

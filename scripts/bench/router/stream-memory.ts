/** What 2,000 streams at the same time take of the memory of what stands in front of a service. */
import { eventually } from '@skein/tests/support/eventually.ts'
import { processFigures } from '@skein/tests/support/process-figures.ts'
import { median } from '../median.ts'
import { withTargets } from './bench-targets.ts'
import type { BenchTarget, BenchTargets } from './bench-targets.ts'

const STREAMS = 2000
/** Four frames a second each, which is 8,000 in all: more than the engines of a node write. */
const PAUSE_MS = 250
/** Opened in so many at once: a listening socket has a short line. */
const WAVE = 100
const WATCHED_MS = 30_000

export const benchStreamMemory = (): Promise<void> =>
  withTargets(async ({ all, secret }) => {
    const service = all.find(({ name }) => name === 'no proxy')
    if (service === undefined) return
    console.log(
      `\nMemory with ${STREAMS} streams, each ${1000 / PAUSE_MS} frames a second, for ${WATCHED_MS / 1000} s`,
    )
    for (const target of all) {
      if (target !== service) console.log(await measureStreams(target, service, secret))
    }
  })

const measureStreams = async (
  { name, process: front }: BenchTarget,
  service: BenchTarget,
  secret: BenchTargets['secret'],
): Promise<string> => {
  const before = processFigures(front.processId)
  let bytes = 0
  const leavers: (() => void)[] = []
  while (leavers.length < STREAMS) {
    const wave = Array.from({ length: WAVE }, () => openStream(front.port, secret, (more) => (bytes += more)))
    leavers.push(...(await Promise.all(wave)))
  }
  await eventually('all streams run', async () => (await openStreams(service)) === STREAMS)
  const from = { bytes, at: performance.now() }
  const seen: number[] = []
  while (performance.now() - from.at < WATCHED_MS) {
    await Bun.sleep(250)
    seen.push(processFigures(front.processId).residentMegabytes)
  }
  const perSecond = ((bytes - from.bytes) / (performance.now() - from.at)) * 1000
  for (const leave of leavers) leave()
  await eventually('all streams ended', async () => (await openStreams(service)) === 0)
  const after = processFigures(front.processId)
  return [
    `  ${name.padEnd(10)}`,
    `${before.residentMegabytes.toFixed(0)} MB before`,
    `${median(seen).toFixed(0)} MB with them (median), ${Math.max(...seen).toFixed(0)} at most`,
    `${after.residentMegabytes.toFixed(0)} MB after`,
    `${(perSecond / 1e6).toFixed(2)} MB/s to the clients`,
    `descriptors ${before.openFiles} → ${after.openFiles}`,
  ].join('   ')
}

const openStreams = async ({ process }: BenchTarget): Promise<number> =>
  Number(await (await fetch(`http://127.0.0.1:${process.port}/open-streams`)).text())

/** Resolves with the first bytes; what it returns ends the stream. */
const openStream = async (
  port: number,
  secret: string,
  onBytes: (count: number) => void,
): Promise<() => void> => {
  const body = JSON.stringify({ model: 'bench', stream: true, endless: true, pauseMs: PAUSE_MS })
  const begun = Promise.withResolvers<void>()
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      open: (opening) =>
        void opening.write(
          `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${secret}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        ),
      data(_socket, data) {
        onBytes(data.length)
        begun.resolve()
      },
      close: () => begun.reject(new Error('A stream was cut off.')),
    },
  })
  await begun.promise
  return () => socket.terminate()
}

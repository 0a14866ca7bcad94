/**
 * Clients leave the router without a word: at once, a moment later, in mid-stream, after the answer. Then every slot is
 * free, every stream of the service has ended, and the router's memory and descriptors are as they were.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@skein/tests/support/eventually.ts'
import { processFigures } from '@skein/tests/support/process-figures.ts'
import type { BenchProcess } from '../bench/router/bench-process.ts'
import { startKeyedRouter, startUpstream } from '../bench/router/bench-servers.ts'
import type { KeyedRouter } from '../bench/router/bench-servers.ts'
import type { Proof, ProofReport } from './proof.ts'

const WAVE = 200
/** Fewer than a wave, so that some of its clients leave from inside the queue. */
const SLOTS = 80

const MOMENTS = ['at once', 'a moment later', 'in mid-stream', 'after the answer'] as const
type Moment = (typeof MOMENTS)[number]

/** @param clients how many of them */
export const proveRouterDisconnects =
  (clients: number): Proof =>
  async (report) => {
    const directory = mkdtempSync(join(tmpdir(), 'skein-prove-'))
    const upstream = await startUpstream(directory, SLOTS)
    const router = await startKeyedRouter(directory)
    try {
      await storm(report, clients, { router, upstream })
    } finally {
      await router.stop()
      await upstream.stop()
      rmSync(directory, { recursive: true, force: true })
    }
  }

interface Servers {
  readonly router: KeyedRouter
  readonly upstream: BenchProcess
}

const storm = async (report: ProofReport, clients: number, servers: Servers): Promise<void> => {
  const { router } = servers
  let early = processFigures(router.processId)
  let slowestMs = 0
  for (let done = 0; done < clients; done += WAVE) {
    await Promise.all(Array.from({ length: WAVE }, (_, at) => visit(router, momentOf(done + at))))
    const leftAt = performance.now()
    await eventually('all is given back', () => isQuiet(servers))
    slowestMs = Math.max(slowestMs, performance.now() - leftAt)
    if (done < clients / 4) early = processFigures(router.processId)
    report.progress(done + WAVE, clients)
  }
  const late = processFigures(router.processId)
  report.figure('slowest to give all back', `${slowestMs.toFixed(0)} ms`)
  report.figure(
    'router',
    `${early.residentMegabytes.toFixed(0)} → ${late.residentMegabytes.toFixed(0)} MB, ${early.openFiles} → ${late.openFiles} descriptors`,
  )
  const begun = await countOf(router, 200)
  const never = await countOf(router, 499)
  report.figure('clients that had a reply, and that had none yet', `${begun}, ${never}`)
  report.check('they left at all those moments', begun > clients / 3 && never > clients / 10)
  report.check('all slots are free and all streams ended after each wave, within 1 s', slowestMs < 1000)
  report.check('descriptors flat', late.openFiles <= early.openFiles + 8)
  report.check('memory flat', late.residentMegabytes <= early.residentMegabytes * 1.25 + 20)
}

const momentOf = (client: number): Moment => MOMENTS[client % MOMENTS.length] ?? 'at once'

/** A client that cuts its connection. */
const visit = async ({ port, secret }: KeyedRouter, moment: Moment): Promise<void> => {
  const body = JSON.stringify({ model: 'bench', stream: true, endless: moment !== 'after the answer' })
  const answered = Promise.withResolvers<void>()
  let received = ''
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      open: (opening) =>
        void opening.write(
          `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${secret}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        ),
      data(_socket, data) {
        received = (received + data.toString('latin1')).slice(-200)
        if (moment === 'in mid-stream' || received.endsWith('\r\n0\r\n\r\n')) answered.resolve()
      },
      close: () => answered.resolve(),
    },
  })
  if (moment === 'a moment later') await Bun.sleep(3)
  // Those in the queue have no answer to wait for until others have left.
  if (moment === 'in mid-stream' || moment === 'after the answer') {
    await Promise.race([answered.promise, Bun.sleep(150)])
  }
  socket.terminate()
}

const ask = ({ port, secret }: KeyedRouter, path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${secret}` } })

const isQuiet = async ({ router, upstream }: Servers): Promise<boolean> => {
  const status = await ask(router, '/status')
  const { queue } = (await status.json()) as { queue: { waiting: number; running: number } }
  const streams = await (await fetch(`http://127.0.0.1:${upstream.port}/open-streams`)).json()
  return queue.waiting === 0 && queue.running === 0 && streams === 0
}

/** How many chats the router has counted with this status. */
const countOf = async (router: KeyedRouter, status: number): Promise<number> => {
  const metrics = await (await ask(router, '/metrics')).text()
  const line = metrics
    .split('\n')
    .find(
      (text) =>
        text.includes('requests_total{') && text.includes('chat') && text.includes(`status="${status}"`),
    )
  return Number(line?.split(' ').at(-1) ?? 0)
}

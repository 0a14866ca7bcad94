import { connect, createServer } from 'node:net'
import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import { startChildProcess } from '@shared/process/child-process.ts'
import { createRecentLines } from '@shared/process/recent-lines.ts'
import type { RpcServer } from '../../features/rpc-workers/rpc-servers.ts'
import { residentBytes } from '../resident-bytes.ts'

export interface RpcServerStart {
  readonly binaryPath: string
  /** One of llama.cpp's names: a worker with several would count as several. */
  readonly device: string
  readonly threads: number
  /** Its whole environment. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: Log
}

const LOOPBACK = '127.0.0.1'
const STOP_GRACE_MS = 2000
const LOOK_EVERY_MS = 20
const START_WITHIN_MS = 20_000
/** A port that was free may be taken by the time the program opens it. */
const TRIES = 3

/**
 * Starts a `ggml-rpc-server` on any free port of loopback and waits until it answers.
 * @throws Fault `unavailable` when it does not come up; the signal's reason
 */
export const startRpcServer = async (start: RpcServerStart, signal: AbortSignal): Promise<RpcServer> => {
  for (let tries = 1; ; tries += 1) {
    const lines = createRecentLines(50)
    const server = await tryToStart(start, (line) => lines.push(line), signal)
    if (server !== undefined) return server
    if (tries === TRIES) {
      start.log.error({ lines: lines.all() }, 'ggml-rpc-server does not come up')
      throw new Fault(
        'unavailable',
        'The program that lends memory does not start on this node; the log of its chat service has its last words.',
        { retryAfterSeconds: 10 },
      )
    }
  }
}

const tryToStart = async (
  start: RpcServerStart,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<RpcServer | undefined> => {
  signal.throwIfAborted()
  const port = await freePort()
  const flags = { '--host': LOOPBACK, '--port': port, '--threads': start.threads, '--device': start.device }
  const child = startChildProcess({
    command: [start.binaryPath, ...Object.entries(flags).flat().map(String)],
    environment: { ...start.environment, GGML_NO_BACKTRACE: '1' },
    endsWithParent: true,
    onLine(line) {
      onLine(line)
      start.log.debug({ line }, 'ggml-rpc-server')
    },
  })
  const end: { reason?: string } = {}
  const exited = child.exited.then(({ code, signal: by }) => (end.reason = by ?? `exit code ${code}`))
  const stop = (): Promise<void> => child.stop(STOP_GRACE_MS)
  const deadline = performance.now() + START_WITHIN_MS
  while (end.reason === undefined && !signal.aborted && performance.now() < deadline) {
    // The end is asked for after the connection: somebody else may have taken the port.
    if ((await answers(port)) && end.reason === undefined)
      return { ...serverOf(child.processId, port), exited, stop }
    await Promise.race([exited, Bun.sleep(LOOK_EVERY_MS)])
  }
  await stop()
  signal.throwIfAborted()
  return undefined
}

const serverOf = (
  processId: number,
  port: number,
): Pick<RpcServer, 'port' | 'processId' | 'residentBytes'> => ({
  port,
  processId,
  residentBytes: () => residentBytes(processId),
})

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, LOOPBACK, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

import { join } from 'node:path'
import { startChildProcess } from '@shared/process/child-process.ts'
import { eventually } from '@skein/tests/support/eventually.ts'
import { freePort } from '@skein/tests/support/free-port.ts'

export interface BaselineOptions {
  readonly contextTokens: number
  readonly slots: number
  readonly threads: string
  readonly directory: string
}

export interface BaselineServer {
  readonly name: string
  readonly url: string
  readonly processId: number
  stop(): Promise<void>
}

/** llama.cpp's own server, bare: the baseline of the engine benches. */
export const startBaselineServer = async (
  binary: string,
  model: string,
  options: BaselineOptions,
): Promise<BaselineServer> => {
  const port = freePort()
  const url = `http://127.0.0.1:${port}`
  const { contextTokens, slots, threads } = options
  const child = startChildProcess({
    command: [
      binary, '-m', model, '--host', '127.0.0.1', '--port', String(port), '-t', threads,
      '-np', String(slots), '-c', String(contextTokens * slots), '--no-webui',
    ], // prettier-ignore
    environment: {
      PATH: Bun.env['PATH'],
      HOME: options.directory,
      LLAMA_CACHE: join(options.directory, 'cache'),
    },
    onLine: () => undefined,
  })
  const isHealthy = async (): Promise<boolean> =>
    (await fetch(`${url}/health`).catch(() => undefined))?.status === 200
  await eventually('llama-server is up', isHealthy, 60_000)
  return { name: 'llama-server', url, processId: child.processId, stop: () => child.stop(5000) }
}

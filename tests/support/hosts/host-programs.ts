import { join } from 'node:path'
import { eventually } from '../eventually.ts'

export interface HostProcess {
  readonly processId: number
  readonly stdin: Bun.FileSink
  /** Text that it printed, as it comes; read it once. */
  readonly stdout: ReadableStream<Uint8Array<ArrayBuffer>>
  /** What it wrote to standard error until now. */
  errors(): string
  /** Exit code. */
  readonly exited: Promise<number>
  kill(signal?: NodeJS.Signals): void
}

/** How the relay of a host says that nobody answered. */
export const NO_ANSWER = 599

/** The programs of one host. */
export class Host {
  readonly #prefix: readonly string[]
  readonly #relay: string
  readonly #processes: Bun.Subprocess[] = []
  #relayReady: Promise<void> | undefined

  /**
   * @param prefix command that runs the rest there; none: on this machine
   * @param relay path of the socket by which requests from there are made
   */
  constructor(prefix: readonly string[], relay: string) {
    this.#prefix = prefix
    this.#relay = relay
  }

  spawn(command: readonly string[], environment: Readonly<Record<string, string>> = {}): HostProcess {
    const started = Bun.spawn([...this.#prefix, ...command], {
      env: { PATH: process.env['PATH'], ...environment },
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    this.#processes.push(started)
    let errors = ''
    const decoder = new TextDecoder()
    void started.stderr
      .pipeTo(
        new WritableStream({ write: (chunk) => void (errors += decoder.decode(chunk, { stream: true })) }),
      )
      .catch(() => undefined)
    return {
      processId: started.pid,
      stdin: started.stdin,
      stdout: started.stdout,
      errors: () => errors,
      exited: started.exited,
      kill: (signal = 'SIGTERM') => started.kill(signal),
    }
  }

  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    this.#relayReady ??= this.#startRelay()
    await this.#relayReady
    const headers = new Headers(init.headers)
    headers.set('x-lan-url', url)
    const reply = await fetch('http://localhost/', {
      ...init,
      headers,
      unix: this.#relay,
      redirect: 'manual',
    })
    if (reply.status === NO_ANSWER) throw new Error(await reply.text())
    return reply
  }

  async #startRelay(): Promise<void> {
    const started = this.spawn([process.execPath, join(import.meta.dir, 'relay-requests.ts'), this.#relay])
    await eventually(`requests can be made from a host: ${started.errors()}`, async () => {
      const reply = await fetch('http://localhost/', { unix: this.#relay }).catch(() => undefined)
      return reply?.status === 204
    })
  }

  async ended(): Promise<void> {
    for (const started of this.#processes) started.kill('SIGKILL')
    await Promise.all(this.#processes.map(({ exited }) => exited))
  }
}

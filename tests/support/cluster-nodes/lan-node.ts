import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownerSocketIn } from '../../../scripts/skein/node/node-environment.ts'
import { nodePaths } from '../../../scripts/skein/node/node-paths.ts'
import { readNodeRecord } from '../../../scripts/skein/node/node-record.ts'
import { findMarkedProcesses } from '../../../scripts/test-run/find-marked-processes.ts'
import { eventually } from '../eventually.ts'
import { freePort } from '../free-port.ts'
import { writeTestModel } from '../gguf/test-models.ts'
import type { HostProcess } from '../hosts/host-programs.ts'
import type { Lan, LanHost } from '../hosts/open-lan.ts'
import { REPOSITORY } from '../source-files.ts'
import { jsonOf } from '../wire-json.ts'
import type { WireJson } from '../wire-json.ts'

const SKEIN = [process.execPath, join(REPOSITORY, 'scripts/skein/main.ts')]
const GONE_MS = 30_000

export interface LanNodeOptions {
  readonly name: string
  /** Number of the host. */
  readonly host: number
  /** A model that is there from the beginning; `none`: it has none. Default: the built-in test model. */
  readonly model?: 'endless' | 'none'
  readonly environment?: Readonly<Record<string, string>>
  /** A data directory that is there already, which belongs to the node then. Default: a new one. */
  readonly home?: string
}

/** One `skein up` on a host of a LAN, with a data directory of its own. */
export class LanNode {
  readonly name: string
  /** Of HTTPS between nodes. */
  readonly dataPort: number
  readonly home: string
  private readonly host: LanHost
  private readonly environment: Readonly<Record<string, string>>
  private running: HostProcess | undefined

  constructor(
    lan: Lan,
    private readonly options: LanNodeOptions,
  ) {
    this.name = options.name
    this.home = options.home ?? mkdtempSync(join(tmpdir(), 'skein-lan-node-'))
    this.host = lan.host(options.host)
    this.dataPort = lan.isReal ? 8081 : freePort()
    // On this machine the ports of all hosts are the same ones.
    const shared: Readonly<Record<string, string>> = lan.isReal
      ? {}
      : {
          CLUSTER_LISTEN_HOST: this.host.address,
          CLUSTER_MULTICAST: 'false',
          CLUSTER_DATA_PORT: String(this.dataPort),
          CLUSTER_LINK_PORT: String(freePort()),
        }
    this.environment = { CLUSTER_NODE_NAME: options.name, ...shared, ...options.environment }
  }

  /** Its address on the LAN, now. */
  get address(): string {
    return this.host.address
  }

  /** `skein up`, until it says that it is ready. */
  async start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    const { model } = this.options
    const models = join(this.home, 'models')
    mkdirSync(models, { recursive: true })
    if (model === 'endless') await writeTestModel(model, join(models, `${model}.gguf`))
    const words = ['up', '--json', '--port', '0', ...(model === 'none' ? ['--no-test-model'] : [])]
    this.running = this.host.spawn([...SKEIN, ...words], {
      ...this.surroundings(),
      ...this.environment,
      ...environment,
    })
    const said = await this.running.stdout.getReader().read()
    if (said.done) throw new Error(`${this.name} did not start: ${this.running.errors()}`)
  }

  /** SIGTERM, until it has finished what it had and nothing of it is left. */
  async stop(): Promise<void> {
    this.running?.kill('SIGTERM')
    await this.running?.exited
    await this.nothingIsLeft()
  }

  /** The power is gone: every process of it, at once. */
  async kill(): Promise<void> {
    for (const { processId } of findMarkedProcesses(this.home)) signalTo(processId, 'SIGKILL')
    await this.nothingIsLeft()
  }

  signal(service: string, signal: NodeJS.Signals): void {
    signalTo(this.processOf(service), signal)
  }

  processOf(service: string): number {
    const found = this.record().services.find(({ name }) => name === service)?.pid
    if (typeof found !== 'number') throw new Error(`${this.name} has no process of ${service}`)
    return found
  }

  /** Through its owner's door, which is a file: it answers also while its network does not. */
  ask(path: string, init: RequestInit & { readonly json?: unknown } = {}): Promise<Response> {
    const { json, ...rest } = init
    const headers = new Headers(rest.headers)
    if (json !== undefined) headers.set('content-type', 'application/json')
    return fetch(`http://localhost${path}`, {
      ...rest,
      headers,
      ...(json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) }),
      unix: ownerSocketIn(this.record().socketDirectory),
    })
  }

  chat(body: object = {}, signal?: AbortSignal): Promise<Response> {
    const messages = [{ role: 'user', content: 'Hello!' }]
    return this.ask('/v1/chat/completions', {
      json: { messages, ...body },
      ...(signal === undefined ? {} : { signal }),
    })
  }

  /** How it stands with each node, by name: `up`, or why not. Undefined while it does not answer. */
  async view(): Promise<Readonly<Record<string, string>> | undefined> {
    const reply = await jsonOf(this.ask('/v1/nodes', { signal: AbortSignal.timeout(2000) })).catch(
      () => undefined,
    )
    return reply === undefined ? undefined : Object.fromEntries(reply.data.map(standingOf))
  }

  /** `skein` on its data directory, which is on the disk that all hosts share. */
  async run(...words: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
    const run = this.spawnSkein(words)
    const [stdout, stderr, exitCode] = await Promise.all([
      new Response(run.stdout).text(),
      new Response(run.stderr).text(),
      run.exited,
    ])
    if (exitCode !== 0) throw new Error(`skein ${words.join(' ')} on ${this.name}: ${stdout}${stderr}`)
    return { stdout, stderr }
  }

  /** Lets that node in, which looks for this one, or asks at the address. */
  async invite(guest: LanNode, address?: string): Promise<void> {
    const inviting = this.spawnSkein(['invite', '--yes', '--json'])
    try {
      const first = await inviting.stdout.getReader().read()
      const said = new TextDecoder().decode(first.value)
      const { code } = JSON.parse(said.split('\n')[0] ?? '')
      await guest.run('join', code, ...(address === undefined ? [] : [address]), '--yes')
    } finally {
      inviting.kill()
      await inviting.exited
    }
  }

  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.home, { recursive: true, force: true })
  }

  private record() {
    const record = readNodeRecord(nodePaths(this.home).record)
    if (record === undefined) throw new Error(`${this.name} does not run`)
    return record
  }

  private surroundings(): Readonly<Record<string, string>> {
    return { HOME: this.home, TMPDIR: tmpdir(), SKEIN_HOME: this.home, NO_COLOR: '1' }
  }

  private spawnSkein(words: readonly string[]) {
    return Bun.spawn([...SKEIN, ...words], {
      env: { PATH: process.env['PATH'], ...this.surroundings() },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
  }

  private nothingIsLeft(): Promise<void> {
    const isGone = (): boolean => findMarkedProcesses(this.home).length === 0
    return eventually(`nothing of ${this.name} runs`, isGone, GONE_MS)
  }
}

const standingOf = ({ link, name, trouble }: WireJson): readonly [string, string] => [
  name,
  link === 'down' ? String(trouble ?? 'down') : link,
]

const signalTo = (processId: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(processId, signal)
  } catch {
    // It ended by itself just now.
  }
}

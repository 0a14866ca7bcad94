import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findMarkedProcesses } from '../../../scripts/test-run/find-marked-processes.ts'
import { eventually } from '../eventually.ts'
import { writeTestModel } from '../gguf/test-models.ts'
import type { TestModelKind } from '../gguf/test-models.ts'
import { REPOSITORY } from '../source-files.ts'
import { jsonOf } from '../wire-json.ts'
import type { WireJson } from '../wire-json.ts'

export interface RealNodePlan {
  readonly name: string
  /** Models of its own, by file stem. None: it starts without any. */
  readonly models?: Readonly<Record<string, TestModelKind>>
  readonly environment?: Readonly<Record<string, string>>
}

/** A node of real processes, on loopback and without multicast, that may be in a cluster. */
export interface RealNode {
  readonly name: string
  readonly url: string
  readonly home: string
  /** What it was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Asks it as its owner. @throws Error unless it agrees */
  ask(method: string, path: string, body?: object): Promise<WireJson>
  /** Process id of a service now. */
  serviceProcessId(service: string): Promise<number>
  /** Kills all of its processes at once, as a power cut does. */
  kill(): void
  /** After it was killed: on the same data directory, so that it finds its cluster again. Its URL is another. */
  startAgain(): Promise<void>
  stop(): Promise<void>
}

const GONE_WITHIN_MS = 20_000
const UP = ['up', '--detach', '--port', '0', '--json', '--no-test-model']

/** Starts the node as `skein up` does, and waits until it is ready. */
export const startRealNode = async (plan: RealNodePlan): Promise<RealNode> => {
  const home = mkdtempSync(join(tmpdir(), `skein-cluster-${plan.name}-`))
  const models = Object.entries(plan.models ?? {})
  mkdirSync(join(home, 'models'), { mode: 0o700 })
  for (const [stem, kind] of models) await writeTestModel(kind, join(home, 'models', `${stem}.gguf`))
  const environment = {
    PATH: process.env['PATH'],
    HOME: home,
    TMPDIR: tmpdir(),
    SKEIN_HOME: home,
    NO_COLOR: '1',
    CLUSTER_NODE_NAME: plan.name,
    CLUSTER_LISTEN_HOST: '127.0.0.1',
    CLUSTER_MULTICAST: 'false',
    CLUSTER_DATA_PORT: '0',
    CLUSTER_LINK_PORT: '0',
    ...plan.environment,
  }
  let url = ''
  const ask = (method: string, path: string, body?: object): Promise<WireJson> =>
    askOwner(home, method, path, body)
  const up = async (): Promise<void> => {
    // One line of JSON when it is ready.
    url = (JSON.parse(await runSkeinWith(environment, UP)) as { readonly url: string }).url
    await eventually(
      `${plan.name} lists its models`,
      async () => (await ask('GET', '/status')).models.length >= models.length,
    )
  }
  const stop = async (): Promise<void> => {
    killAll(home)
    await isGone(home)
    rmSync(home, { recursive: true, force: true })
  }
  try {
    await up()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    name: plan.name,
    get url() {
      return url
    },
    home,
    environment,
    ask,
    stop,
    async startAgain() {
      await isGone(home)
      await up()
    },
    kill: () => killAll(home),
    serviceProcessId: (service) => processIdOf(home, service),
  }
}

const isGone = (home: string): Promise<void> =>
  eventually(`no process of ${home} is left`, () => findMarkedProcesses(home).length === 0, GONE_WITHIN_MS)

/** Runs a command of `skein` to its end. @returns what it printed @throws Error when it fails */
export const runSkeinWith = async (
  environment: Readonly<Record<string, string | undefined>>,
  words: readonly string[],
): Promise<string> => {
  const run = Bun.spawn([process.execPath, join(REPOSITORY, 'scripts/skein/main.ts'), ...words], {
    env: { ...environment },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr] = await Promise.all([
    new Response(run.stdout).text(),
    new Response(run.stderr).text(),
  ])
  if ((await run.exited) !== 0) throw new Error(`skein ${words.join(' ')}: ${stderr}${stdout}`)
  return stdout
}

const askOwner = async (
  home: string,
  method: string,
  path: string,
  body: object | undefined,
): Promise<WireJson> => {
  const reply = await fetch(`http://localhost${path}`, {
    method,
    unix: join(home, 'run', 'router.sock'),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`)
  return reply.json()
}

const processIdOf = async (home: string, service: string): Promise<number> => {
  const unix = join(home, 'run', `${service}.sock`)
  const reply: WireJson = await jsonOf(fetch('http://localhost/_skein/health', { unix }))
  return reply.processId
}

const killAll = (home: string): void => {
  for (const { processId } of findMarkedProcesses(home)) {
    try {
      process.kill(processId, 'SIGKILL')
    } catch {
      // It ended by itself just now.
    }
  }
}

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChildProcess } from '@shared/process/child-process.ts'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'
import { writeTestModel } from './gguf/test-models.ts'
import type { TestModelKind } from './gguf/test-models.ts'
import { REPOSITORY } from './source-files.ts'

/** A whole node of real processes in a home of its own, as `skein up` runs it. */
export interface RunningNode {
  readonly url: string
  /** `SKEIN_HOME` of the node. */
  readonly home: string
  readonly supervisorId: number
  /** Everything that `skein up` printed. */
  output(): string
  /** Process id of a service now. */
  serviceProcessId(service: string): Promise<number>
  stop(): Promise<void>
}

export interface NodeOptions {
  /** Models to begin with, by file stem. */
  readonly models?: Readonly<Record<string, TestModelKind>>
  readonly environment?: Readonly<Record<string, string>>
  /** Puts further files into the node's models directory. */
  readonly prepare?: (modelsDirectory: string) => Promise<void>
}

const READY_WITHIN_MS = 30_000

export const startNode = async (options: NodeOptions = {}): Promise<RunningNode> => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-node-'))
  const home = join(directory, 'skein')
  const modelsDirectory = join(home, 'models')
  mkdirSync(modelsDirectory, { recursive: true, mode: 0o700 })
  const models: Readonly<Record<string, TestModelKind>> = options.models ?? { 'known-answer': 'known-answer' }
  for (const [stem, kind] of Object.entries(models)) {
    await writeTestModel(kind, join(modelsDirectory, `${stem}.gguf`))
  }
  await options.prepare?.(modelsDirectory)
  const port = freePort()
  const lines: string[] = []
  const process = startChildProcess({
    command: [Bun.argv[0] ?? 'bun', join(REPOSITORY, 'scripts/skein/main.ts'), 'up', '--port', String(port)],
    environment: {
      PATH: Bun.env['PATH'],
      HOME: directory,
      TMPDIR: tmpdir(),
      SKEIN_HOME: home,
      NO_COLOR: '1',
      ...options.environment,
    },
    onLine: (line) => void lines.push(line),
  })
  const url = `http://127.0.0.1:${port}`
  const stop = async (): Promise<void> => {
    await process.stop(30_000)
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await eventually('the node is up and lists its models', () => isReady(url), READY_WITHIN_MS)
  } catch (error) {
    await stop()
    throw new Error(`The node did not come up:\n${lines.slice(-40).join('\n')}`, { cause: error })
  }
  return {
    url,
    home,
    supervisorId: process.processId,
    output: () => lines.join('\n'),
    serviceProcessId: (service) => serviceProcessId(home, service),
    stop,
  }
}

const isReady = async (url: string): Promise<boolean> => {
  const response = await fetch(`${url}/status`).catch(() => undefined)
  if (response?.ok !== true) return false
  const status = (await response.json()) as { services: { state: string }[]; models: unknown[] }
  return status.models.length > 0 && status.services.every(({ state }) => state === 'up')
}

const serviceProcessId = async (home: string, service: string): Promise<number> => {
  const response = await fetch('http://localhost/_skein/health', {
    unix: join(home, 'run', `${service}.sock`),
  })
  return ((await response.json()) as { processId: number }).processId
}

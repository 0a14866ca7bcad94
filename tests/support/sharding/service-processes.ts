import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeMemory } from '@shared/contracts/memory-lease.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import { startChildProcess } from '@shared/process/child-process.ts'
import type { ChildProcess } from '@shared/process/child-process.ts'
import { eventually } from '../eventually.ts'
import { REPOSITORY } from '../source-files.ts'

/** The chat service and model-store of one node as real processes; its router is the test. */
export interface ServiceProcesses {
  readonly home: string
  readonly modelsDirectory: string
  socketOf(service: ServiceName): string
  /** Starts them, once the models are there. */
  start(): Promise<void>
  ask(service: ServiceName, path: string, body?: unknown): Promise<Response>
  memory(): Promise<NodeMemory>
  heldBytes(): Promise<number>
  /** Process ids of programs of that name below the chat service. */
  enginesNamed(program: string): readonly number[]
  killChat(): Promise<void>
  startChat(): Promise<void>
  stop(): Promise<void>
}

export const prepareServices = (environment: Readonly<Record<string, string>>): ServiceProcesses => {
  const home = mkdtempSync(join(tmpdir(), 'skein-shards-'))
  const modelsDirectory = join(home, 'models')
  mkdirSync(modelsDirectory, { recursive: true, mode: 0o700 })
  const processes = new Map<ServiceName, ChildProcess>()
  const socketOf = (service: ServiceName): string => join(home, 'run', `${service}.sock`)
  const start = (service: ServiceName): void => {
    const child = startChildProcess({
      command: [process.execPath, join(REPOSITORY, 'services', service, 'main.ts')],
      environment: {
        PATH: process.env['PATH'],
        HOME: home,
        SKEIN_HOME: home,
        SKEIN_LOG_LEVEL: 'warn',
        SKEIN_ACCELERATOR: 'cpu',
        TMPDIR: home,
        ...environment,
      },
      endsWithParent: true,
      onLine: (line) => process.env['SHOW_SERVICES'] === '1' && console.warn(service, line),
    })
    processes.set(service, child)
  }
  const ask: ServiceProcesses['ask'] = (service, path, body) =>
    fetch(`http://localhost${path}`, {
      unix: socketOf(service),
      ...(body === undefined
        ? {}
        : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
  const isUp = async (service: ServiceName): Promise<boolean> =>
    (await ask(service, '/_skein/health').catch(() => undefined))?.ok === true
  const memory = async (): Promise<NodeMemory> =>
    // What model-store answers there.
    (await (await ask('model-store', '/_skein/memory')).json()) as NodeMemory
  const startChat = async (): Promise<void> => {
    start('chat')
    await eventually('chat is up', () => isUp('chat'), 30_000)
  }
  return {
    home,
    modelsDirectory,
    socketOf,
    ask,
    startChat,
    async start() {
      start('model-store')
      await eventually('model-store is up', () => isUp('model-store'), 30_000)
      await startChat()
    },
    memory,
    heldBytes: async () => (await memory()).held.reduce((total, { bytes }) => total + bytes, 0),
    enginesNamed: (program) => childrenOf(processes.get('chat')?.processId ?? 0, program),
    async killChat() {
      const chat = processes.get('chat')
      chat?.kill('SIGKILL')
      await chat?.exited
    },
    async stop() {
      for (const service of ['chat', 'model-store'] as const) await processes.get(service)?.stop(10_000)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

const childrenOf = (parent: number, program: string): readonly number[] =>
  Bun.spawnSync(['ps', '-A', '-o', 'pid=,ppid=,stat=,args='])
    .stdout.toString()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+)/.exec(line) ?? [])
    .filter(
      ([, , ppid, state = '', command = '']) =>
        Number(ppid) === parent && !state.startsWith('Z') && command.endsWith(program),
    )
    .map(([, pid]) => Number(pid))

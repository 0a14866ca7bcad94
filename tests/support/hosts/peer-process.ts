import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import { eventually } from '../eventually.ts'
import type { HostProcess } from './host-programs.ts'
import type { LanHost } from './open-lan.ts'
import type { PeerCommand, PeerEvent, PeerSettings } from './peer-words.ts'

type EventOf<Type extends PeerEvent['type']> = Extract<PeerEvent, { type: Type }>

/** The network of a node as a process on a host of a LAN. */
export interface PeerProcess {
  readonly nodeId: NodeId
  readonly linkPort: number
  readonly process: HostProcess
  /** All that it has told until now, oldest first. */
  readonly events: readonly PeerEvent[]
  /** Of one kind. */
  told<Type extends PeerEvent['type']>(type: Type): readonly EventOf<Type>[]
  tell(command: PeerCommand): void
  /** Dials, and says what came of it: null, or the trouble. */
  dial(to: Pick<PeerProcess, 'nodeId' | 'linkPort'>, host: string, withinMs?: number): Promise<string | null>
  /** It stops by itself; its exit code. */
  stop(): Promise<number>
}

/** Starts `run-peer.ts` there; resolves when it listens. */
export const startPeer = async (
  host: LanHost,
  settings: Omit<PeerSettings, 'home' | 'secret'> & Partial<PeerSettings> = {},
): Promise<PeerProcess> => {
  const home = mkdtempSync(join(tmpdir(), 'skein-peer-'))
  const words = JSON.stringify({ home, secret: 'of the test', ...settings } satisfies PeerSettings)
  const process_ = host.spawn([process.execPath, join(import.meta.dir, 'run-peer.ts'), words])
  void process_.exited.then(() => rmSync(home, { recursive: true, force: true }))
  const events: PeerEvent[] = []
  void collect(process_.stdout, events)
  const told = <Type extends PeerEvent['type']>(type: Type): readonly EventOf<Type>[] =>
    events.filter((event): event is EventOf<Type> => event.type === type)
  await eventually('a peer listens', () => told('ready').length > 0).catch((error: unknown) => {
    throw new Error(`A peer did not start: ${process_.errors()}`, { cause: error })
  })
  const ready = told('ready')[0]!
  const tell = (command: PeerCommand): void => {
    process_.stdin.write(`${JSON.stringify(command)}\n`)
    void process_.stdin.flush()
  }
  return {
    nodeId: ready.nodeId,
    linkPort: ready.linkPort,
    process: process_,
    events,
    told,
    tell,
    dial: async (to, address, withinMs = 5000) => {
      const before = told('dialled').length
      tell({ type: 'dial', nodeId: to.nodeId, host: address, linkPort: to.linkPort, withinMs })
      await eventually('a dial has ended', () => told('dialled').length > before, withinMs + 5000)
      return told('dialled')[before]!.trouble
    },
    stop: async () => {
      tell({ type: 'stop' })
      await eventually('a peer has stopped', () => told('stopped').length > 0)
      process_.stdin.end()
      return process_.exited
    },
  }
}

const collect = async (
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  events: PeerEvent[],
): Promise<void> => {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) events.push(JSON.parse(line))
  }
}

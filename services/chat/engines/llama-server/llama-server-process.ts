import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import { startChildProcess } from '@shared/process/child-process.ts'
import type { ChildProcess, ProcessExit } from '@shared/process/child-process.ts'
import { createRecentLines } from '@shared/process/recent-lines.ts'
import { createLlamaServerClient } from './llama-server-client.ts'
import type { LlamaServerClient } from './llama-server-client.ts'

/** A llama-server that has its model loaded. */
export interface LlamaServerProcess {
  readonly client: LlamaServerClient
  readonly processId: number
  /** Resolves, never rejects, with the reason, when it is gone. */
  readonly exited: Promise<string>
  /** Calls the listener with each line of its log. @returns no more */
  watchLines(listener: (line: string) => void): () => void
  /** Stops it and waits until it is gone. Idempotent. */
  close(): Promise<void>
}

export interface LlamaServerStart {
  readonly binaryPath: string
  /** The arguments once the path of its socket is known. */
  readonly argumentsFor: (socketPath: string) => readonly string[]
  /** Its whole environment, without the key. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly modelName: string
  readonly log: Log
}

const STOP_GRACE_MS = 3000
const HEALTH_EVERY_MS = 25

/**
 * Starts a server and waits until its model is loaded.
 * @throws Fault `model_not_loadable` with its own reason when it ends before that; the signal's reason
 */
export const startLlamaServer = async (
  start: LlamaServerStart,
  signal: AbortSignal,
): Promise<LlamaServerProcess> => {
  signal.throwIfAborted()
  // Mode 0700, so no other user of this machine reaches the socket, and no other process can take its place.
  const directory = await mkdtemp(join(socketParent(tmpdir()), 'skein-llama-'))
  const socketPath = join(directory, 'engine.sock')
  const apiKey = crypto.randomUUID()
  const lines = createRecentLines(200)
  const listeners = new Set<(line: string) => void>()
  const child = startChildProcess({
    command: [start.binaryPath, ...start.argumentsFor(socketPath)],
    // The key goes here because arguments are for everyone to read.
    environment: { ...start.environment, LLAMA_API_KEY: apiKey, GGML_NO_BACKTRACE: '1' },
    endsWithParent: true,
    onLine(line) {
      lines.push(line)
      for (const listener of listeners) listener(line)
      start.log.debug({ line }, 'llama-server')
    },
  })
  const exited = child.exited.then(async (exit) => {
    await rm(directory, { recursive: true, force: true })
    return exit
  })
  const client = createLlamaServerClient(socketPath, apiKey)
  try {
    await untilHealthy(client, exited, signal)
  } catch (error) {
    await child.stop(STOP_GRACE_MS)
    const exit = await exited
    throw signal.aborted ? error : loadFault(start.modelName, exit, lines.all())
  }
  return {
    client,
    processId: child.processId,
    exited: exited.then((exit) => endReason(exit, lines.all().filter(isAbort))),
    watchLines(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => stopOnce(child, exited),
  }
}

/** A socket's path is at most 104 bytes long on some systems, and llama-server takes a comma for the end of one. */
const socketParent = (preferred: string): string => (/^[^,]{1,64}$/.test(preferred) ? preferred : '/tmp')

const stopOnce = async (child: ChildProcess, exited: Promise<ProcessExit>): Promise<void> => {
  await child.stop(STOP_GRACE_MS)
  await exited
}

class EndedEarly extends Error {}

const untilHealthy = async (
  client: LlamaServerClient,
  exited: Promise<ProcessExit>,
  signal: AbortSignal,
): Promise<void> => {
  const ended = exited.then(() => 'ended' as const)
  while (true) {
    signal.throwIfAborted()
    if (await client.isHealthy(signal)) return
    if ((await Promise.race([ended, Bun.sleep(HEALTH_EVERY_MS)])) === 'ended') throw new EndedEarly()
  }
}

const loadFault = (modelName: string, exit: ProcessExit, lines: readonly string[]): Fault =>
  new Fault('model_not_loadable', `llama-server cannot open ${modelName}: ${endReason(exit, lines)}`)

/** What it complained of first, since what follows is a consequence, and how it ended. */
const endReason = (exit: ProcessExit, lines: readonly string[]): string => {
  const ending = exit.signal ?? `exit code ${exit.code}`
  const complaint = lines.map(complaintOf).find((text) => text !== undefined)
  return complaint === undefined ? ending : `${complaint} (${ending})`
}

/** While it serves, most errors in its log are refusals and not why it ended. */
const isAbort = (line: string): boolean => /GGML_|^terminate called/.test(line)

/**
 * Its errors look like `0.00.020.707 E llama_model_load: error loading model: …`; a failed assertion of ggml comes bare,
 * behind its place in the source, and so does a wrong flag (`error: …`).
 */
const complaintOf = (line: string): string | undefined => {
  const message =
    /^[\d.]+ E (?:\w+\s+)?[\w()]+: (?:error loading model: )?(.+)$/.exec(line)?.[1] ??
    /^(?:\S+:\d+: (?=GGML_)|error: |terminate called )(.+)$/.exec(line)?.[1]
  return message?.trim().slice(0, 300)
}

import { access, constants, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findLlamaServer } from '../../backends/find-llama-server.ts'
import type { LlamaServerPlaces } from '../../backends/find-llama-server.ts'
import { readLlamaServerFacts } from '../llama-server/llama-server-facts.ts'

/** The two programs that share a model, of one build: what they say to each other changes with builds. */
export interface RpcPrograms {
  /** Absolute. */
  readonly llamaServerPath: string
  readonly rpcServerPath: string
  readonly version: string
}

const RPC_SERVER = 'ggml-rpc-server'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Looks for both, every time anew: they may be built while the service runs. Undefined where one is missing, or
 * llama-server was built without RPC.
 */
export type FindRpcPrograms = () => Promise<RpcPrograms | undefined>

export const createFindRpcPrograms = (
  places: LlamaServerPlaces,
  environment: Environment,
): FindRpcPrograms => {
  // To ask a program what it can do starts it twice.
  const asked = new Map<string, Promise<RpcPrograms | undefined>>()
  return async () => {
    const found = await findLlamaServer(places)
    if (found === undefined) return undefined
    const key = `${found.path} ${(await stat(found.path)).mtimeMs}`
    const known = asked.get(key) ?? ask(found.path, environment)
    asked.set(key, known)
    const programs = await known.catch(() => undefined)
    // What is missing beside it may still come.
    if (programs === undefined) asked.delete(key)
    return programs
  }
}

const ask = async (llamaServerPath: string, environment: Environment): Promise<RpcPrograms | undefined> => {
  const rpcServerPath = join(dirname(llamaServerPath), RPC_SERVER)
  if (!(await isProgram(rpcServerPath))) return undefined
  const { flags, version } = await readLlamaServerFacts(llamaServerPath, environment)
  return flags.has('--rpc') ? { llamaServerPath, rpcServerPath, version } : undefined
}

const isProgram = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

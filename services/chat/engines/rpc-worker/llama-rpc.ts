import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { LlamaServerPlaces } from '../../backends/find-llama-server.ts'
import type { RpcServers } from '../../features/rpc-workers/rpc-servers.ts'
import type { ShardedDriver } from '../../features/sharding/sharded-driver.ts'
import { formattedTextEngineDriver } from '../formatted-text-engine.ts'
import type { LlamaServerAccelerator } from '../llama-server/llama-server-arguments.ts'
import {
  createLlamaServerEngineDriver,
  serverEnvironment,
} from '../llama-server/llama-server-engine-driver.ts'
import { readLlamaServerDevices } from '../llama-server/llama-server-facts.ts'
import { createFindRpcPrograms } from './rpc-programs.ts'
import type { RpcPrograms } from './rpc-programs.ts'
import { startRpcServer } from './rpc-server-process.ts'

export interface LlamaRpcOptions {
  readonly places: LlamaServerPlaces
  readonly accelerator: LlamaServerAccelerator
  /** For one worker. */
  readonly threads: () => number
  readonly log: Log
}

export const RPC_MISSING =
  'There is no RPC worker of llama.cpp on this node: run `skein backends build llama-server` here.'

/** llama.cpp on several nodes: the server that opens a model, and the workers that hold layers of one. */
export const createLlamaRpc = (
  options: LlamaRpcOptions,
): { readonly driver: ShardedDriver; readonly servers: RpcServers } => {
  const { accelerator, log, places } = options
  const environment = serverEnvironment({})
  const findPrograms = createFindRpcPrograms(places, environment)
  const find = async (): Promise<RpcPrograms> => {
    const programs = await findPrograms()
    if (programs === undefined) throw new Fault('not_supported', RPC_MISSING)
    return programs
  }
  const version = async (): Promise<string | undefined> => (await findPrograms())?.version
  return {
    driver: {
      name: 'llama-server',
      backendVersion: version,
      async load(card, loadOptions, layout, signal) {
        const { llamaServerPath: binaryPath } = await find()
        const driver = createLlamaServerEngineDriver({ binaryPath, accelerator, log, shards: layout })
        return formattedTextEngineDriver(driver).load(card, loadOptions, signal)
      },
    },
    servers: {
      version,
      async start(signal) {
        const { llamaServerPath, rpcServerPath: binaryPath } = await find()
        const [device = 'CPU'] =
          accelerator === 'cpu' ? [] : await readLlamaServerDevices(llamaServerPath, environment)
        return startRpcServer({ binaryPath, device, threads: options.threads(), environment, log }, signal)
      },
    },
  }
}

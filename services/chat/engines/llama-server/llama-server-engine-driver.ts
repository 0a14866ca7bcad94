import type { ModelCard } from '@shared/inference/model-card.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { EngineLoadOptions } from '@shared/inference/text-engine.ts'
import type { CompletionEngineDriver } from '../completion-engine.ts'
import { estimateMemoryBytes, isRepacked } from '../../policy/estimate-memory.ts'
import { LARGEST_BATCH_TOKENS } from '../../policy/prefill-chunk.ts'
import { llamaServerArguments } from './llama-server-arguments.ts'
import type { LlamaServerAccelerator, LlamaServerPurpose } from './llama-server-arguments.ts'
import { readLlamaServerDevices, readLlamaServerFacts } from './llama-server-facts.ts'
import type { LlamaServerFacts } from './llama-server-facts.ts'
import { startLlamaServer } from './llama-server-process.ts'
import type { LlamaServerProcess } from './llama-server-process.ts'
import type { LlamaServerShards } from './shard-arguments.ts'
import { createLlamaServerTextEngine } from './llama-server-text-engine.ts'

export interface LlamaServerDriverOptions {
  /** Absolute path of a llama-server. */
  readonly binaryPath: string
  /** Absent: `auto`. */
  readonly accelerator?: LlamaServerAccelerator
  readonly log: Log
  /** Variables for its processes beside a minimal set, such as `CUDA_VISIBLE_DEVICES`. Its own (`LLAMA_…`) are dropped. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Where the layers of the one model lie that this driver opens; absent: on this machine, of whatever model. */
  readonly shards?: ShardedLoad
}

export interface ShardedLoad extends Omit<LlamaServerShards, 'localDevices'> {
  /** Why another machine is lost: told instead of the server's last words, which are a consequence. */
  readonly lost: () => string | undefined
}

const NAME = 'llama-server'
/** Vectors of the embedding length, as 32-bit floats, that one token needs on its way through a layer. */
const BATCH_TOKEN_BYTES = 24 * 4

/** llama.cpp's own server, one process for each open model. */
export const createLlamaServerEngineDriver = (driver: LlamaServerDriverOptions): CompletionEngineDriver => {
  const { accelerator = 'auto' } = driver
  const environment = serverEnvironment(driver.environment ?? {})
  let facts: Promise<LlamaServerFacts> | undefined
  const readFacts = (): Promise<LlamaServerFacts> => {
    facts ??= readLlamaServerFacts(driver.binaryPath, environment).catch((error: unknown) => {
      // It may be installed or replaced meanwhile: ask again next time.
      facts = undefined
      throw error
    })
    return facts
  }
  return {
    name: NAME,
    version: async () => (await readFacts()).version,
    estimateBytes,
    async load(card, options, signal) {
      const purpose = purposeOf(card)
      const setup = { ...driver, accelerator, environment, facts: await readFacts() }
      const server = await startServer(setup, card, options, signal)
      try {
        return await createLlamaServerTextEngine({ card, driver: NAME, options, purpose, server })
      } catch (error) {
        await server.close()
        throw error
      }
    },
  }
}

interface ServerSetup extends Required<Omit<LlamaServerDriverOptions, 'shards'>> {
  readonly shards?: ShardedLoad
  readonly facts: LlamaServerFacts
}

const startServer = async (
  setup: ServerSetup,
  card: ModelCard,
  options: EngineLoadOptions,
  signal: AbortSignal,
): Promise<LlamaServerProcess> => {
  const { accelerator, binaryPath, environment, facts, shards } = setup
  const layout =
    shards === undefined ? {} : { shards: { ...shards, localDevices: await localDevicesOf(setup) } }
  const plan = {
    modelPath: card.path,
    options,
    purpose: purposeOf(card),
    accelerator,
    hasTimedBatches: facts.hasTimedBatches,
    isRepacked: isRepacked(card.quantization),
    ...layout,
  }
  const server = await startLlamaServer(
    {
      binaryPath,
      argumentsFor: (socketPath) =>
        llamaServerArguments({ ...plan, socketPath }, (flag) => facts.flags.has(flag)),
      environment,
      modelName: card.name,
      log: setup.log.child({ model: card.id }),
    },
    signal,
  )
  return withLostMachines(server, shards)
}

const localDevicesOf = async ({
  accelerator,
  binaryPath,
  environment,
}: ServerSetup): Promise<readonly string[]> =>
  accelerator === 'cpu' ? [] : readLlamaServerDevices(binaryPath, environment)

const withLostMachines = (
  server: LlamaServerProcess,
  shards: ShardedLoad | undefined,
): LlamaServerProcess => ({
  ...server,
  exited: server.exited.then((reason) => shards?.lost() ?? reason),
})

const purposeOf = ({ capabilities }: ModelCard): LlamaServerPurpose => {
  if (capabilities.includes('chat')) return 'generate'
  return capabilities.includes('rerank') ? 'rank' : 'embed'
}

/** The common estimate holds one batch of usual length; a server for embeddings or scores computes a whole context at once. */
const estimateBytes = (card: ModelCard, options: EngineLoadOptions): number => {
  const usual = estimateMemoryBytes(card, options, { isFileMapped: !isRepacked(card.quantization) })
  const longerBatchTokens = purposeOf(card) === 'generate' ? 0 : options.contextTokens - LARGEST_BATCH_TOKENS
  return usual + Math.max(0, longerBatchTokens) * card.shape.embeddingLength * BATCH_TOKEN_BYTES
}

/** Nothing of the operator's own llama-server settings (`LLAMA_ARG_…`) may change what we ask for. */
export const serverEnvironment = (
  given: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  ...Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith('LLAMA_'))),
})

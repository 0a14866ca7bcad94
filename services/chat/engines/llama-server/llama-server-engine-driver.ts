import type { ModelCard } from '@shared/inference/model-card.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { EngineLoadOptions } from '@shared/inference/text-engine.ts'
import type { CompletionEngineDriver } from '../completion-engine.ts'
import { estimateMemoryBytes, isRepacked } from '../../policy/estimate-memory.ts'
import { LARGEST_BATCH_TOKENS } from '../../policy/prefill-chunk.ts'
import { llamaServerArguments } from './llama-server-arguments.ts'
import type { LlamaServerAccelerator, LlamaServerPurpose } from './llama-server-arguments.ts'
import { readLlamaServerFacts } from './llama-server-facts.ts'
import type { LlamaServerFacts } from './llama-server-facts.ts'
import { startLlamaServer } from './llama-server-process.ts'
import { createLlamaServerTextEngine } from './llama-server-text-engine.ts'

export interface LlamaServerDriverOptions {
  /** Absolute path of a llama-server. */
  readonly binaryPath: string
  /** Absent: `auto`. */
  readonly accelerator?: LlamaServerAccelerator
  readonly log: Log
  /** Variables for its processes beside a minimal set, such as `CUDA_VISIBLE_DEVICES`. Its own (`LLAMA_…`) are dropped. */
  readonly environment?: Readonly<Record<string, string | undefined>>
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
      const { flags, hasTimedBatches } = await readFacts()
      const purpose = purposeOf(card)
      const server = await startLlamaServer(
        {
          binaryPath: driver.binaryPath,
          argumentsFor: (socketPath) =>
            llamaServerArguments(
              {
                modelPath: card.path,
                socketPath,
                options,
                purpose,
                accelerator,
                hasTimedBatches,
                isRepacked: isRepacked(card.quantization),
              },
              (flag) => flags.has(flag),
            ),
          environment,
          modelName: card.name,
          log: driver.log.child({ model: card.id }),
        },
        signal,
      )
      try {
        return await createLlamaServerTextEngine({ card, driver: NAME, options, purpose, server })
      } catch (error) {
        await server.close()
        throw error
      }
    },
  }
}

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
const serverEnvironment = (
  given: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  ...Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith('LLAMA_'))),
})

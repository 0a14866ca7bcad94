import type { EngineLoadOptions } from '@shared/inference/text-engine.ts'
import { LARGEST_BATCH_TOKENS } from '../../policy/prefill-chunk.ts'
import { shardArguments } from './shard-arguments.ts'
import type { LlamaServerShards } from './shard-arguments.ts'

/** What the machine computes with: `cpu` leaves graphics devices alone, `auto` uses what the binary offers. */
export type LlamaServerAccelerator = 'cpu' | 'auto'

/** A server computes either answers, embeddings or scores. */
export type LlamaServerPurpose = 'generate' | 'embed' | 'rank'

export interface LlamaServerPlan {
  readonly modelPath: string
  /** Has to end in `.sock`: that is how llama-server knows a Unix socket. */
  readonly socketPath: string
  readonly options: EngineLoadOptions
  readonly purpose: LlamaServerPurpose
  readonly accelerator: LlamaServerAccelerator
  /** The binary keeps its batches short by itself. */
  readonly hasTimedBatches: boolean
  /** Weights are copied into another order: mapping the file as well would hold them twice. */
  readonly isRepacked: boolean
  /** Absent: all of the model is on this machine. */
  readonly shards?: LlamaServerShards
}

/**
 * Tokens of prompt that are computed at once where nothing else keeps them few. An abort takes effect between two batches,
 * and on a processor that must not be long; measured there: 128 costs 3 % of the speed of 512.
 */
const CAUTIOUS_BATCH_TOKENS = 128

/**
 * The command line of a server for one model. Flags that this build of llama-server does not know are left out, so that
 * an older one from the search path works too.
 * @param knows whether the build's `--help` lists a flag
 */
export const llamaServerArguments = (
  plan: LlamaServerPlan,
  knows: (flag: string) => boolean,
): readonly string[] => {
  const { options, purpose } = plan
  const optional = (flag: string, ...values: readonly string[]): readonly string[] =>
    knows(flag) ? [flag, ...values] : []
  return [
    ...sizeFlags(plan),
    // Each slot has its context to itself. Embeddings and scores must share one: with contexts apart a batch is cut into
    // pieces of equal length, and the vector of a text would come from its last piece only.
    ...optional(purpose === 'generate' ? '--no-kv-unified' : '--kv-unified'),
    // Exactly as long as asked: llama.cpp rounds up to 256.
    ...optional('--kv-unified-per-slot', String(options.contextTokens)),
    // Both would keep gigabytes of old contexts that no memory estimate knows of.
    ...optional('--cache-ram', '0'),
    ...optional('--ctx-checkpoints', '4'),
    ...(plan.shards === undefined ? placeFlags(plan, optional) : shardArguments(plan.shards)),
    ...(purpose === 'embed' ? ['--embeddings', ...optional('--embd-normalize', '2')] : []),
    // No option: a binary that does not know it cannot rank.
    ...(purpose === 'rank' ? ['--reranking'] : []),
    ...optional('--jinja'),
    // A chat goes through the model's template as it is, without a parser made of the template, and nothing added to it.
    ...optional('--skip-chat-parsing'),
    // An answer is a new turn, also after a turn of the model's.
    ...optional('--no-prefill-assistant'),
    // Nothing that a client of ours does not use, and no way out to the network.
    ...optional('--no-webui'),
    ...optional('--no-slots'),
    ...optional('--offline'),
    ...optional('--sse-ping-interval', '-1'),
  ]
}

const placeFlags = (
  { accelerator, isRepacked }: LlamaServerPlan,
  optional: (flag: string, ...values: readonly string[]) => readonly string[],
): readonly string[] => [
  ...(accelerator === 'cpu' ? ['--device', 'none', ...optional('--fit', 'off')] : []),
  ...(isRepacked ? optional('--load-mode', 'none') : []),
]

const sizeFlags = (plan: LlamaServerPlan): readonly string[] => {
  const { modelPath, options, socketPath } = plan
  const batchTokens = String(batchTokensOf(plan))
  return Object.entries({
    '--model': modelPath,
    '--host': socketPath,
    '--ctx-size': String(options.contextTokens * options.slots),
    '--parallel': String(options.slots),
    '--threads': String(options.threads),
    '--batch-size': batchTokens,
    '--ubatch-size': batchTokens,
  }).flat()
}

/** The most tokens that a server computes at once. */
const batchTokensOf = (
  plan: Pick<LlamaServerPlan, 'accelerator' | 'hasTimedBatches' | 'options' | 'purpose'>,
): number => {
  // A text is embedded in one piece, so a batch has to hold the longest.
  if (plan.purpose !== 'generate') return plan.options.contextTokens
  return plan.accelerator === 'cpu' && !plan.hasTimedBatches ? CAUTIOUS_BATCH_TOKENS : LARGEST_BATCH_TOKENS
}

/** The flags that a `--help` text lists. */
export const flagsOfHelp = (help: string): ReadonlySet<string> =>
  new Set(help.match(/(?<=^|[\s,])--?[a-z][\w-]*/gm) ?? [])

import type {
  PlannedWorker,
  RejectedShardNode,
  ShardForecast,
  ShardNode,
  ShardRejection,
  ShardWish,
  ShardWishSize,
} from './planned-shards.ts'

/** What others have measured on four equal machines: more of them did not make it faster. */
const NO_SPEED_UP =
  'This makes the model fit, not fast: each node computes its layers in turn (measured elsewhere on 1, 2 and 4 equal machines: 20.4, 17.2 and 15.2 tokens/s).'

export interface PlanFacts {
  readonly wish: ShardWish
  readonly size: ShardWishSize
  readonly head: ShardNode
  readonly localLayers: number
  readonly workers: readonly PlannedWorker[]
  readonly nodes: readonly ShardNode[]
  readonly forecast: ShardForecast
}

export const describePlan = (facts: PlanFacts): string => {
  const { head, localLayers, size, wish, workers } = facts
  const shares = [
    `${localLayers} of ${wish.layers} layers on ${head.name}`,
    ...workers.map(({ bytes, layers, name }) => `${layers} on ${name} (${gigabytes(bytes)})`),
  ]
  return [
    `No single node can open ${wish.model}; ${workers.length + 1} nodes together can: ${shares.join(', ')}, with ${size.slots} × ${size.contextTokens} tokens of context.`,
    speedWords(facts.forecast, workers.length),
    transferWords(facts),
    ...platformWords(facts),
    NO_SPEED_UP,
  ].join(' ')
}

const speedWords = ({ networkMsPerToken, tokensPerSecondAtMost }: ShardForecast, workers: number): string => {
  const waits = `Every token waits for ${workers === 1 ? 'a round trip to 1 node' : `round trips to ${workers} nodes`}`
  if (networkMsPerToken === null) return `${waits}; how long they take is not measured yet.`
  if (tokensPerSecondAtMost === null) return `${waits}.`
  return `${waits}: ${rounded(networkMsPerToken)} ms, so no more than ${rounded(tokensPerSecondAtMost)} tokens/s however fast they compute.`
}

const GIGABIT_BYTES_PER_SECOND = 117e6

const transferWords = ({ forecast, wish, workers }: PlanFacts): string => {
  const remoteLayers = workers.reduce((total, { layers }) => total + layers, 0)
  const bytes = (remoteLayers * wish.fileBytes) / wish.layers
  if (forecast.transferSeconds !== null) {
    return `At the start ${gigabytes(bytes)} go over the network: about ${rounded(forecast.transferSeconds)} s.`
  }
  const seconds = rounded(bytes / GIGABIT_BYTES_PER_SECOND)
  return `At the start ${gigabytes(bytes)} go over the network; its bandwidth is not measured (${seconds} s with gigabit Ethernet).`
}

const platformWords = ({ head, nodes }: PlanFacts): readonly string[] => {
  const kinds = new Set(
    [head, ...nodes].flatMap(({ platform }) =>
      platform === undefined ? [] : `${platform.os} ${platform.arch} ${platform.accelerator}`,
    ),
  )
  return kinds.size > 1
    ? [
        `The nodes differ (${[...kinds].join(', ')}): answers may differ in small ways from those of one machine.`,
      ]
    : []
}

export interface ImpossibleFacts {
  readonly wish: ShardWish
  readonly head: ShardNode
  readonly neededBytes: number
  readonly freeBytes: number
  readonly others: readonly ShardNode[]
  /** Nodes that could take part if memory were all that mattered. */
  readonly able: readonly ShardNode[]
  readonly rejections: readonly RejectedShardNode[]
}

/** The reason and the next step. */
export const describeImpossible = (facts: ImpossibleFacts): string => {
  const { able, freeBytes, head, neededBytes, others, wish } = facts
  const needs = `${wish.model} needs ${gigabytes(neededBytes)}; ${head.name} may use ${gigabytes(head.budgetBytes)} in all`
  if (others.length === 0) {
    return `${needs} and is the only node. Use a smaller quantisation or context, or join other nodes to lend memory.`
  }
  if (wish.backendVersion === null) {
    return `${needs}. To spread it over other nodes, run \`skein backends build llama-server\` on ${head.name}.`
  }
  if (able.length > 0) {
    return `${needs}, and all nodes that can lend have ${gigabytes(freeBytes)} free together.${whyNot(facts)} Use a smaller quantisation or context, or unload other models.`
  }
  return `${needs}, and no other node can lend memory.${whyNot(facts)}`
}

const whyNot = ({ rejections, wish }: ImpossibleFacts): string =>
  rejections
    .filter(({ reason }) => reason !== 'no-memory')
    .map(({ name, reason }) => ` ${name} ${REASONS[reason](wish)}.`)
    .join('')

const REASONS = {
  down: () => 'cannot be reached',
  draining: () => 'takes nothing new, for it drains',
  'no-worker': () => 'has no RPC worker: run `skein backends build llama-server` there',
  'other-version': ({ backendVersion }) =>
    `has another version of llama.cpp than ${backendVersion ?? 'none'}: run \`skein backends build llama-server\` there and here with the same Skein`,
  'no-memory': () => 'has no memory free',
  failed: () => 'was asked and did not lend',
} as const satisfies Record<ShardRejection, (wish: ShardWish) => string>

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e9 ? 2 : 1)} GB`

/** Two figures that count. */
const rounded = (value: number): string => String(Number(value.toPrecision(2)))

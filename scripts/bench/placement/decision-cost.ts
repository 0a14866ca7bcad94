/** What the choice of a node costs on a busy cluster, and what reading the beginning of a prompt costs before it. */
import { ClusterPlacer } from '@service/router/features/placement/cluster-placer.ts'
import type { NodeWish } from '@service/router/features/placement/node-placer.ts'
import { createPromptPrefix } from '@service/router/features/placement/prompt-prefix.ts'
import { writePrefixWord } from '@service/router/policy/placement/prefix-words.ts'
import { SeededRandom } from '@skein/tests/support/gguf/seeded-random.ts'
import { clusterNodeFor, loadFor } from '@skein/tests/support/placement-simulation/cluster-node-for.ts'
import { MODEL, nodeIdOf, wishFor } from '@skein/tests/support/placement-simulation/placement-candidate.ts'
import { SimulatedView } from '@skein/tests/support/placement-simulation/simulated-view.ts'
import { VirtualTime } from '@skein/tests/support/placement-simulation/virtual-time.ts'
import { printReport } from '../bench-report.ts'
import { median } from '../median.ts'

const NODES = 16
const PREFIXES_PER_NODE = 100_000
/** Of a conversation of about 100 KB. */
const CHAIN_BLOCKS = 72
const DECISIONS = 20_000
const ROUNDS = 7
const GOAL_MICROSECONDS = 50
const GOAL_MEGABYTES = 64
const BODY_BYTES = 100_000
const READS = 200

export const benchPlacement = async (): Promise<void> => {
  const random = new SeededRandom(1)
  const { chains, placer } = filledPlacer(random)
  const wish = { ...wishFor({ promptTokens: 25_000, answerTokens: 256 }), prefix: undefined }
  const known = chains.map((hashes): NodeWish => ({ ...wish, prefix: { hashes } }))
  const fresh = chains.map((): NodeWish => ({ ...wish, prefix: { hashes: chainOf(random) } }))
  const decisions = {
    'without a prefix': rounds(DECISIONS, () => placer.decide(wish)),
    'a known prompt': rounds(DECISIONS, (at) => placer.decide(known[at % known.length] ?? wish)),
    'a new prompt': rounds(DECISIONS, (at) => placer.decide(fresh[at % fresh.length] ?? wish)),
  }
  printReport({
    title: `Choosing among ${NODES} nodes with ${PREFIXES_PER_NODE} prefixes each`,
    unit: 'µs',
    baseline: 'without a prefix',
    better: 'less',
    rows: [{ what: 'best', values: decisions }],
  })
  printGoal('a known prompt', median(decisions['a known prompt']), GOAL_MICROSECONDS, 'µs')
  printGoal('a new prompt', median(decisions['a new prompt']), GOAL_MICROSECONDS, 'µs')
  printGoal('the index', placer.indexBytes / 1e6, GOAL_MEGABYTES, 'MB')
  placer.stop()
  benchReading()
}

/** Before the choice: the body of a conversation, as clients send it. */
const benchReading = (): void => {
  const body = conversationOf(BODY_BYTES)
  const text = body.toString()
  const prefixOf = createPromptPrefix()
  printReport({
    title: `Reading the beginning of a prompt, a body of ${BODY_BYTES / 1000} KB`,
    unit: 'µs',
    baseline: 'JSON.parse',
    better: 'less',
    rows: [
      {
        what: 'OpenAI chat',
        values: {
          'JSON.parse': rounds(READS, () => JSON.parse(text)),
          'prefix chain': rounds(READS, () => prefixOf('openai', body)),
        },
      },
    ],
  })
}

const printGoal = (what: string, value: number, goal: number, unit: string): void => {
  const verdict = value > goal ? '   above the goal' : ''
  console.log(`  ${what}: ${value.toPrecision(3)} ${unit} (goal: at most ${goal})${verdict}`)
}

/** Microseconds of each, by round; the first round warms up. */
const rounds = (times: number, work: (at: number) => unknown): readonly number[] =>
  Array.from({ length: ROUNDS + 1 }, () => {
    const startedAt = performance.now()
    for (let at = 0; at < times; at += 1) work(at)
    return ((performance.now() - startedAt) * 1000) / times
  }).slice(1)

const filledPlacer = (
  random: SeededRandom,
): { readonly placer: ClusterPlacer; readonly chains: readonly (readonly number[])[] } => {
  const view = new SimulatedView(
    Array.from({ length: NODES }, (_, number) =>
      clusterNodeFor(number, number === 0, {
        load: loadFor({
          lanes: [{ lane: MODEL, slots: 4, running: number % 5, waiting: 0, pendingTokens: 900 * number }],
        }),
        speeds: [{ model: MODEL, prefillTokensPerSecond: 1000, decodeTokensPerSecond: 40, loadMs: 3000 }],
      }),
    ),
  )
  const placer = new ClusterPlacer({
    view,
    policy: 'best',
    ownTopics: () => view.self.topics,
    random: () => random.uniform(),
    clock: new VirtualTime(),
    sayPrefixes: () => undefined,
  })
  const chains: (readonly number[])[] = []
  for (let added = 0; added < PREFIXES_PER_NODE; added += CHAIN_BLOCKS) {
    for (let number = 1; number <= NODES; number += 1) {
      const chain = chainOf(random)
      chains.push(chain)
      if (number === NODES) placer.onWorked(MODEL, { hashes: chain })
      else placer.onPrefixes(nodeIdOf(number), MODEL, [writePrefixWord(chain)])
    }
  }
  return { placer, chains }
}

const chainOf = (random: SeededRandom): readonly number[] =>
  Array.from({ length: CHAIN_BLOCKS }, () => (random.uint32() % 2 ** 21) * 2 ** 32 + random.uint32())

const conversationOf = (bytes: number): Buffer => {
  const messages: object[] = []
  for (let length = 0; length < bytes; length += 1000) {
    messages.push({
      role: length % 2000 === 0 ? 'user' : 'assistant',
      content: 'Words "and" more. '.repeat(50),
    })
  }
  return Buffer.from(JSON.stringify({ model: 'a-model', stream: true, messages }))
}

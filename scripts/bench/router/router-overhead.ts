/**
 * What the router costs with everything on: a key with each request, the queue, metrics, a line in the log. The same
 * requests straight to a service, through nginx, through a bare Bun proxy and through the router, in turns, on the same
 * machine in the same run. The service does nothing, so all that is seen is what stands before it.
 */
import { join } from 'node:path'
import { median } from '../median.ts'
import { withTargets } from './bench-targets.ts'
import type { BenchTarget, TargetName } from './bench-targets.ts'
import { cpuSeconds } from './cpu-seconds.ts'
import type { LoadFigures } from './load-generator.ts'

const KINDS = ['json', 'sse'] as const
const ROUNDS = 5
const ROUND_MS = 1000

interface Load {
  readonly connections: number
  /** 0: as fast as they are answered. */
  readonly perSecond: number
}

/** One that hurries nobody, one of a busy node, and two as fast as it goes. */
const LOADS: readonly Load[] = [
  { connections: 1, perSecond: 0 },
  { connections: 32, perSecond: 500 },
  { connections: 32, perSecond: 0 },
  { connections: 256, perSecond: 0 },
]

const WARM_UP = { connections: 32, perSecond: 0, kind: 'json', durationMs: 4000 } as const

interface Measured extends LoadFigures {
  /** Requests for each second of processor time of the process in front. */
  readonly perCpuSecond: number
}

type Rounds = ReadonlyMap<TargetName, Measured[]>

export const benchRouterOverhead = (): Promise<void> =>
  withTargets(async ({ all, secret }) => {
    // A program that has just begun is still being compiled.
    for (const target of all) await measure(target, { ...WARM_UP, secret })
    for (const kind of KINDS) for (const load of LOADS) await compare(all, { ...load, kind, secret })
  })

interface LoadOrder extends Load {
  readonly kind: string
  readonly secret: string
  readonly durationMs?: number
}

/** In turns, so that what else the machine does is shared out; the first round only warms up. */
const compare = async (targets: readonly BenchTarget[], order: LoadOrder): Promise<void> => {
  const rounds: Rounds = new Map(targets.map(({ name }) => [name, []]))
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const target of targets) {
      const measured = await measure(target, order)
      if (round > 0) rounds.get(target.name)?.push(measured)
    }
  }
  const pace = order.perSecond === 0 ? 'as fast as it goes' : `${order.perSecond} requests/s`
  console.log(`\n${order.kind}, ${order.connections} connections, ${pace} (medians of ${ROUNDS} rounds)`)
  for (const { name } of targets) console.log(describe(name, rounds))
}

const measure = async (
  { process: front }: BenchTarget,
  { durationMs = ROUND_MS, ...order }: LoadOrder,
): Promise<Measured> => {
  const before = cpuSeconds(front.processId)
  const script = join(import.meta.dir, 'load-generator.ts')
  const { connections, kind, perSecond, secret } = order
  const parameters = [front.port, connections, durationMs, kind, perSecond, secret].map(String)
  const child = Bun.spawn([process.execPath, script, ...parameters], { stdout: 'pipe', stderr: 'inherit' })
  // The generator prints its figures and nothing else.
  const figures = JSON.parse(await child.stdout.text()) as LoadFigures
  const used = cpuSeconds(front.processId) - before
  return { ...figures, perCpuSecond: figures.requests / used }
}

const describe = (name: TargetName, rounds: Rounds): string => {
  const middle = (target: TargetName, figure: keyof Measured): number =>
    median((rounds.get(target) ?? []).map((measured) => measured[figure]))
  const added = (figure: 'p50Ms' | 'p99Ms'): string =>
    signed(middle(name, figure) - middle('no proxy', figure))
  const ratios = (['bare proxy', 'nginx'] as const)
    .filter((baseline) => rounds.has(baseline) && baseline !== name && name !== 'no proxy')
    .map((baseline) => {
      const ratio = (figure: keyof Measured): string =>
        (middle(name, figure) / middle(baseline, figure)).toFixed(2)
      return `of ${baseline}: ${ratio('perSecond')}x req/s, ${ratio('perCpuSecond')}x a core`
    })
  const failed = (rounds.get(name) ?? []).reduce((total, measured) => total + measured.failed, 0)
  return [
    `  ${name.padEnd(10)}`,
    `p50 ${middle(name, 'p50Ms').toFixed(2)} ms (${added('p50Ms')})`,
    `p99 ${middle(name, 'p99Ms').toFixed(2)} ms (${added('p99Ms')})`,
    `${middle(name, 'perSecond').toFixed(0)} req/s`,
    `${middle(name, 'perCpuSecond').toFixed(0)} a core`,
    ...ratios,
    ...(failed > 0 ? [`${failed} FAILED`] : []),
  ].join('   ')
}

const signed = (ms: number): string => `${ms >= 0 ? '+' : ''}${ms.toFixed(2)}`

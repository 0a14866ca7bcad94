/**
 * What the router costs: the same requests straight to a service, through a bare Bun proxy, and through the router, in
 * turns, on the same machine in the same run. The service does nothing, so all that is seen is what stands before it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from '../median.ts'
import type { BenchProcess } from './bench-process.ts'
import { startBareProxy, startRouter, startUpstream } from './bench-servers.ts'
import { cpuSeconds } from './cpu-seconds.ts'
import type { LoadFigures } from './load-generator.ts'

const CONNECTIONS = [1, 32, 256] as const
const KINDS = ['json', 'sse'] as const
const ROUNDS = 3
const ROUND_MS = 700

const TARGETS = ['no proxy', 'bare proxy', 'router'] as const
type Target = (typeof TARGETS)[number]

interface Measured extends LoadFigures {
  /** Requests for each second of processor time of the process in front. */
  readonly perCpuSecond: number
}

export const benchRouterOverhead = async (): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const started: BenchProcess[] = []
  const keep = async (starting: Promise<BenchProcess>): Promise<BenchProcess> => {
    const process = await starting
    started.push(process)
    return process
  }
  try {
    const targets = {
      'no proxy': await keep(startUpstream(directory)),
      'bare proxy': await keep(startBareProxy(directory)),
      router: await keep(startRouter(directory)),
    }
    for (const kind of KINDS) for (const count of CONNECTIONS) await compare(targets, kind, count)
  } finally {
    for (const process of started) await process.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** In turns, so that what else the machine does is shared out; the first round only warms up. */
const compare = async (
  targets: Readonly<Record<Target, BenchProcess>>,
  kind: string,
  connections: number,
): Promise<void> => {
  const rounds: Record<Target, Measured[]> = { 'no proxy': [], 'bare proxy': [], router: [] }
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const name of TARGETS) {
      const measured = await measure(targets[name], kind, connections)
      if (round > 0) rounds[name].push(measured)
    }
  }
  console.log(`\n${kind}, ${connections} connections (medians of ${ROUNDS} rounds)`)
  for (const name of TARGETS) console.log(describe(name, rounds))
}

const measure = async (target: BenchProcess, kind: string, connections: number): Promise<Measured> => {
  const before = cpuSeconds(target.processId)
  const script = join(import.meta.dir, 'load-generator.ts')
  const parameters = [target.port, connections, ROUND_MS, kind].map(String)
  const child = Bun.spawn([process.execPath, script, ...parameters], { stdout: 'pipe', stderr: 'inherit' })
  // The generator prints its figures and nothing else.
  const figures = JSON.parse(await child.stdout.text()) as LoadFigures
  const used = cpuSeconds(target.processId) - before
  return { ...figures, perCpuSecond: figures.requests / used }
}

const describe = (name: Target, rounds: Readonly<Record<Target, readonly Measured[]>>): string => {
  const middle = (target: Target, figure: keyof Measured): number =>
    median(rounds[target].map((measured) => measured[figure]))
  const added = (middle(name, 'p50Ms') - middle('no proxy', 'p50Ms')) * 1000
  const failed = rounds[name].reduce((total, measured) => total + measured.failed, 0)
  return [
    `  ${name.padEnd(11)}`,
    `p50 ${middle(name, 'p50Ms').toFixed(3)} ms (${added >= 0 ? '+' : ''}${added.toFixed(0)} µs)`,
    `p99 ${middle(name, 'p99Ms').toFixed(2)} ms`,
    `${middle(name, 'perSecond').toFixed(0)} req/s`,
    `${middle(name, 'perCpuSecond').toFixed(0)} req per CPU second`,
    `${(middle(name, 'perSecond') / middle('bare proxy', 'perSecond')).toFixed(2)}x of the bare proxy`,
    ...(failed > 0 ? [`${failed} FAILED`] : []),
  ].join('   ')
}

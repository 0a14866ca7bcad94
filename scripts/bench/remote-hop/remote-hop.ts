/**
 * What it costs to have another node answer: a router alone, and a router whose requests are answered by another one over
 * the link between nodes (HTTPS, a signed proof). The same for bare proxies that speak plain HTTP to each other. In turns,
 * on the same machine in the same run, to the same service that does nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printReport } from '../bench-report.ts'
import type { BenchRow } from '../bench-report.ts'
import { median } from '../median.ts'
import { startBenchProcess } from '../router/bench-process.ts'
import type { BenchProcess } from '../router/bench-process.ts'
import { startBareProxy, startRouter, startUpstream } from '../router/bench-servers.ts'
import type { LoadFigures } from '../router/load-generator.ts'

const ROUNDS = 3
const ROUND_MS = 800
const WARM_UP_MS = 2000
const BULK_BYTES = 256 * 1024 * 1024
const READY = /^ready (\d+)/

type WayName = 'one proxy' | 'two proxies' | 'one router' | 'two routers'
type Ways = Readonly<Record<WayName, BenchProcess>>

/** Whose difference is a hop. */
const WITHOUT_HOP: Readonly<Partial<Record<string, WayName>>> = {
  'two proxies': 'one proxy',
  'two routers': 'one router',
}

const LOADS = [
  { connections: 1, perSecond: 0 },
  { connections: 32, perSecond: 500 },
  { connections: 32, perSecond: 0 },
] as const
const KINDS = ['json', 'sse'] as const

export const benchRemoteHop = (): Promise<void> =>
  withWays(async (ways) => {
    for (const [, { port }] of Object.entries(ways))
      await load(port, 'json', { ...LOADS[2], durationMs: WARM_UP_MS })
    for (const kind of KINDS) for (const order of LOADS) await compareLatency(ways, kind, order)
    await compareBulk(ways)
  })

const withWays = async (work: (ways: Ways) => Promise<void>): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const started: BenchProcess[] = []
  const start = async (starting: Promise<BenchProcess>): Promise<BenchProcess> => {
    const process = await starting
    started.push(process)
    return process
  }
  const script = (name: string, ...parameters: readonly string[]): Promise<BenchProcess> =>
    start(startBenchProcess(`scripts/bench/remote-hop/${name}`, { parameters, portIn: READY }))
  try {
    await start(startUpstream(directory))
    const proxy = await start(startBareProxy(directory))
    const far = await script('far-node.ts', directory)
    await work({
      'one proxy': proxy,
      'two proxies': await start(startBareProxy(directory, String(proxy.port))),
      'one router': await start(startRouter(directory)),
      'two routers': await script('entry-router.ts', String(far.port), directory),
    })
  } finally {
    for (const process of started.toReversed()) await process.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

interface LoadOrder {
  readonly connections: number
  readonly perSecond: number
  readonly durationMs?: number
}

const load = async (
  port: number,
  kind: string,
  { connections, durationMs = ROUND_MS, perSecond }: LoadOrder,
): Promise<LoadFigures> => {
  const script = join(import.meta.dir, '../router/load-generator.ts')
  const parameters = [port, connections, durationMs, kind, perSecond, 'none'].map(String)
  const child = Bun.spawn([process.execPath, script, ...parameters], { stdout: 'pipe', stderr: 'inherit' })
  // The generator prints its figures and nothing else.
  return JSON.parse(await child.stdout.text()) as LoadFigures
}

const compareLatency = async (ways: Ways, kind: string, order: LoadOrder): Promise<void> => {
  const rounds = new Map<string, LoadFigures[]>(Object.keys(ways).map((name) => [name, []]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, { port }] of Object.entries(ways)) rounds.get(name)?.push(await load(port, kind, order))
  }
  const pace = order.perSecond === 0 ? 'as fast as it goes' : `${order.perSecond} requests/s`
  console.log(`\n${kind}, ${order.connections} connections, ${pace} (medians of ${ROUNDS} rounds)`)
  for (const [name, figures] of rounds) {
    const without = WITHOUT_HOP[name]
    console.log(describe(name, figures, without === undefined ? undefined : rounds.get(without)))
  }
}

const describe = (
  name: string,
  figures: readonly LoadFigures[],
  without: readonly LoadFigures[] | undefined,
): string => {
  const middle = (of: readonly LoadFigures[], figure: keyof LoadFigures): number =>
    median(of.map((one) => one[figure]))
  const time = (figure: 'p50Ms' | 'p99Ms'): string => {
    const ms = middle(figures, figure)
    const hop = without === undefined ? '' : ` (the hop ${signed(ms - middle(without, figure))})`
    return `${figure.slice(0, 3)} ${ms.toFixed(2)} ms${hop}`
  }
  const failed = figures.reduce((sum, one) => sum + one.failed, 0)
  return [
    `  ${name.padEnd(11)}`,
    time('p50Ms'),
    time('p99Ms'),
    `${middle(figures, 'perSecond').toFixed(0)} req/s`,
    ...(failed > 0 ? [`${failed} FAILED`] : []),
  ].join('   ')
}

const compareBulk = async (ways: Ways): Promise<void> => {
  const down: Record<string, number[]> = {}
  const up: Record<string, number[]> = {}
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, { port }] of Object.entries(ways)) {
      const url = `http://127.0.0.1:${port}/bulk`
      ;(down[name] ??= []).push(await megabytesPerSecond(async () => countBytes(await fetch(url))))
      const body = new Uint8Array(BULK_BYTES)
      ;(up[name] ??= []).push(
        await megabytesPerSecond(async () => {
          // Of `tiny-upstream.ts`.
          const { bytes } = (await (await fetch(url, { method: 'POST', body })).json()) as {
            readonly bytes: number
          }
          return bytes
        }),
      )
    }
  }
  const rows: BenchRow[] = [
    { what: 'reply', values: down },
    { what: 'request', values: up },
  ]
  printReport({ title: 'Bodies of 256 MB', unit: 'MB/s', baseline: 'two proxies', better: 'more', rows })
}

const countBytes = async ({ body }: Response): Promise<number> => {
  let bytes = 0
  for await (const piece of body ?? []) bytes += piece.length
  return bytes
}

const megabytesPerSecond = async (move: () => Promise<number>): Promise<number> => {
  const startedAt = performance.now()
  const bytes = await move()
  if (bytes !== BULK_BYTES) throw new Error(`${bytes} bytes came of ${BULK_BYTES}.`)
  return bytes / 1e6 / ((performance.now() - startedAt) / 1000)
}

const signed = (ms: number): string => `${ms >= 0 ? '+' : ''}${ms.toFixed(2)}`

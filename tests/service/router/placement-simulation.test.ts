import { describe, expect, test } from 'bun:test'
import {
  cachedShare,
  EVERYDAY_ENGINE,
  firstTokenTimes,
  oracleShare,
  percentile,
  playAgents,
  playStrangers,
} from '../../support/placement-simulation/placement-traces.ts'
import type { TraceOptions } from '../../support/placement-simulation/placement-traces.ts'
import type {
  SimulatedCluster,
  SimulatedVisit,
} from '../../support/placement-simulation/simulated-cluster.ts'
import type { EngineOptions } from '../../support/placement-simulation/simulated-engine.ts'

/** In the titles, so that a failure can be played again. */
const SEEDS = [1, 2, 3]

const equalNodes = (count: number, changes: Partial<EngineOptions> = {}): EngineOptions[] =>
  Array.from({ length: count }, () => ({ ...EVERYDAY_ENGINE, ...changes }))

const traceOf = (engines: readonly EngineOptions[], seed: number, changes: Partial<TraceOptions> = {}) => ({
  engines,
  seed,
  policy: 'best' as const,
  lastsMs: 200_000,
  perSecond: 0.6 * engines.length,
  ...changes,
})

const countsOf = ({ nodes, visits }: SimulatedCluster): readonly number[] =>
  nodes.map((_, number) => visits.filter(({ node }) => node === number).length)

const answered = ({ firstTokenMs }: SimulatedVisit): boolean => firstTokenMs !== undefined

describe.each(SEEDS)('with seed %d', (seed) => {
  test.each([3, 16, 64])('%d equal nodes share the work, and nobody herds', (count) => {
    const cluster = playStrangers(
      traceOf(equalNodes(count), seed, { lastsMs: count > 16 ? 60_000 : 200_000 }),
    )
    expect(cluster.visits.every(answered)).toBe(true)
    const fair = cluster.visits.length / count
    for (const served of countsOf(cluster)) {
      expect(served).toBeGreaterThan(fair * 0.5)
      expect(served).toBeLessThan(fair * 1.6)
    }
    // Although what they know of each other is a fifth of a second old.
    const excesses = cluster.visits.map(({ excess }) => excess)
    expect(percentile(excesses, 0.9)).toBeLessThanOrEqual(2)
    expect(percentile(excesses, 0.99)).toBeLessThanOrEqual(4)
  })

  test('a burst between two announcements of the load is spread', () => {
    const cluster = playStrangers(
      traceOf(equalNodes(8), seed, { perSecond: 400, lastsMs: 80, announceEveryMs: 2000, entries: 1 }),
    )
    const fair = cluster.visits.length / 8
    expect(cluster.visits.length).toBeGreaterThan(20)
    for (const served of countsOf(cluster)) expect(Math.abs(served - fair)).toBeLessThan(2)
  })

  test('a slow node gets less and is not forgotten', () => {
    const slow = { ...EVERYDAY_ENGINE, prefillTokensPerSecond: 500, decodeTokensPerSecond: 10 }
    const cluster = playStrangers(traceOf([slow, ...equalNodes(3)], seed, { perSecond: 3 }))
    const [ofSlow = 0, ...others] = countsOf(cluster)
    expect(ofSlow).toBeLessThan(Math.min(...others) / 2)
    expect(ofSlow).toBeGreaterThan(0)
    expect(cluster.visits.every(answered)).toBe(true)
  })

  test('no request waits many times as long as the others', () => {
    const times = firstTokenTimes(playStrangers(traceOf(equalNodes(8), seed)))
    expect(Math.max(...times)).toBeLessThan(15_000)
    expect(percentile(times, 0.99)).toBeLessThan(12 * percentile(times, 0.5))
  })

  test('a dead node gets next to nothing before its link is down and nothing after, and all are answered', () => {
    const noticedAfterMs = 6000
    const diedAtMs = 50_000
    const backAtMs = 120_000
    const cluster = playStrangers(traceOf(equalNodes(4), seed, { entries: 3 }), (simulated) => {
      simulated.time.after(diedAtMs, () => simulated.kill(3, noticedAfterMs))
      simulated.time.after(backAtMs, () => simulated.revive(3))
    })
    const triedIn = (from: number, to: number): number =>
      cluster.visits.filter(
        ({ arrivedAtMs, tried }) => arrivedAtMs >= from && arrivedAtMs < to && tried.includes(3),
      ).length
    // Three failures for each of three doors, each with a few that were on their way.
    expect(triedIn(diedAtMs, diedAtMs + noticedAfterMs)).toBeLessThan(20)
    expect(triedIn(diedAtMs + noticedAfterMs, backAtMs)).toBe(0)
    expect(triedIn(backAtMs, 200_000)).toBeGreaterThan(10)
    const lost = cluster.visits.filter((visit) => !answered(visit))
    // Only what it was working on when it died.
    expect(lost.every(({ tried, arrivedAtMs }) => tried.at(-1) === 3 && arrivedAtMs < diedAtMs)).toBe(true)
    expect(lost.length).toBeLessThan(30)
  })

  test('a node whose link stays up is taken out while it fails and comes back by itself', () => {
    const cluster = playStrangers(traceOf(equalNodes(4), seed, { entries: 3 }), (simulated) => {
      simulated.time.after(40_000, () => simulated.kill(3, 1e9))
      simulated.time.after(100_000, () => simulated.nodes[3]?.comeBack())
    })
    const tried = cluster.visits.filter(({ arrivedAtMs, tried }) => arrivedAtMs > 40_000 && tried.includes(3))
    const whileDead = tried.filter(({ arrivedAtMs }) => arrivedAtMs < 100_000)
    expect(whileDead.length).toBeLessThan(50)
    expect(tried.length - whileDead.length).toBeGreaterThan(10)
  })

  test('a model that is in no memory is not opened everywhere at once', () => {
    const cold = equalNodes(8, { isWarm: false })
    const cluster = playStrangers(traceOf(cold, seed, { perSecond: 3, lastsMs: 3000, entries: 1 }))
    const loads = cluster.nodes.filter(({ engine }) => engine.loads > 0).length
    expect(loads).toBeGreaterThan(0)
    expect(loads).toBeLessThanOrEqual(4)
  })

  test('agents are answered far sooner than by turns, with nearly as much in the caches as there can be', () => {
    const trace = traceOf(equalNodes(8), seed, { perSecond: 0.4 })
    const best = playAgents(trace)
    const byTurns = playAgents({ ...trace, policy: 'round-robin' })
    expect(best.visits).toHaveLength(byTurns.visits.length)
    expect(percentile(firstTokenTimes(best), 0.5)).toBeLessThan(
      0.3 * percentile(firstTokenTimes(byTurns), 0.5),
    )
    expect(cachedShare(best)).toBeGreaterThan(0.92 * oracleShare(best))
    expect(Math.min(...countsOf(best))).toBeGreaterThan(5)
  })
})

test('without any reuse the choice is no worse than the least busy node', () => {
  const times = (policy: TraceOptions['policy']): number =>
    percentile(
      [11, 12, 13, 14].flatMap((seed) => [
        ...firstTokenTimes(playStrangers(traceOf(equalNodes(8), seed, { policy, lastsMs: 400_000 }))),
      ]),
      0.5,
    )
  expect(times('best')).toBeLessThan(1.03 * times('least-busy'))
})

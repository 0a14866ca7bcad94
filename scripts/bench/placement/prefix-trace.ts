/**
 * What the choice of a node does to the time until the first token, on simulated clusters with the real placement: agents
 * whose prompts share their beginnings, and strangers whose prompts share nothing.
 */
import type { PlacementPolicy } from '@service/router/policy/placement/placement.ts'
import {
  cachedShare,
  EVERYDAY_ENGINE,
  firstTokenTimes,
  oracleShare,
  percentile,
  playAgents,
  playStrangers,
} from '@skein/tests/support/placement-simulation/placement-traces.ts'
import type { TraceOptions } from '@skein/tests/support/placement-simulation/placement-traces.ts'
import type { SimulatedCluster } from '@skein/tests/support/placement-simulation/simulated-cluster.ts'
import { printReport } from '../bench-report.ts'
import { median } from '../median.ts'

const SEEDS = [1, 2, 3, 4, 5]
const NODES = 8
/** Sessions a second of all nodes together: a light, a middling and a heavy day. */
const AGENT_LOADS = [0.2, 0.4, 0.6]
/** Requests a second; at seven and a half all slots are taken. */
const STRANGER_LOADS = [2, 4, 6, 6.5]
const GOAL_LOWER_PERCENT = 70
const GOAL_WORSE_PERCENT = 3

type Play = (options: TraceOptions) => SimulatedCluster

export const benchPrefixTrace = async (): Promise<void> => {
  printReport({
    title: `Agents on ${NODES} nodes, simulated: time to first token, p50`,
    unit: 'ms',
    baseline: 'round-robin',
    better: 'less',
    rows: AGENT_LOADS.map((perSecond) => rowOf(playAgents, ['round-robin', 'least-busy', 'best'], perSecond)),
  })
  for (const perSecond of AGENT_LOADS) printAgents(perSecond)
  printReport({
    title: `Strangers on ${NODES} nodes, simulated: time to first token, p50`,
    unit: 'ms',
    baseline: 'least-busy',
    better: 'less',
    rows: STRANGER_LOADS.map((perSecond) =>
      rowOf(playStrangers, ['least-busy', 'round-robin', 'best'], perSecond),
    ),
  })
  for (const perSecond of STRANGER_LOADS) printStrangers(perSecond)
}

const rowOf = (play: Play, policies: readonly PlacementPolicy[], perSecond: number) => ({
  what: `${perSecond} a second`,
  values: Object.fromEntries(
    policies.map((policy) => [
      policy,
      played(play, policy, perSecond).map((cluster) => percentile(firstTokenTimes(cluster), 0.5)),
    ]),
  ),
})

const printAgents = (perSecond: number): void => {
  const best = played(playAgents, 'best', perSecond)
  const byTurns = played(playAgents, 'round-robin', perSecond)
  const lower = 100 * (1 - pooledMedian(best) / pooledMedian(byTurns))
  const hits = median(best.map((cluster) => cachedShare(cluster)))
  const possible = median(best.map((cluster) => oracleShare(cluster)))
  const verdict = lower < GOAL_LOWER_PERCENT ? '   below the goal' : ''
  console.log(
    `  ${perSecond} a second: p50 ${lower.toFixed(1)} % lower than by turns (goal: at least ${GOAL_LOWER_PERCENT} %)${verdict}; ` +
      `${(100 * hits).toFixed(1)} % of prompt tokens cached, ${((100 * hits) / possible).toFixed(1)} % of what one endless cache has`,
  )
}

const printStrangers = (perSecond: number): void => {
  const best = pooledMedian(played(playStrangers, 'best', perSecond))
  const worse = 100 * (best / pooledMedian(played(playStrangers, 'least-busy', perSecond)) - 1)
  const verdict = worse > GOAL_WORSE_PERCENT ? '   above the goal' : ''
  console.log(
    `  ${perSecond} a second: p50 ${worse.toFixed(1)} % worse than the least busy node (goal: at most ${GOAL_WORSE_PERCENT} %)${verdict}`,
  )
}

const played = (play: Play, policy: PlacementPolicy, perSecond: number): readonly SimulatedCluster[] =>
  SEEDS.map((seed) =>
    play({
      engines: Array.from({ length: NODES }, () => EVERYDAY_ENGINE),
      policy,
      seed,
      perSecond,
      lastsMs: play === playAgents ? 300_000 : 900_000,
    }),
  )

const pooledMedian = (clusters: readonly SimulatedCluster[]): number =>
  percentile(
    clusters.flatMap((cluster) => [...firstTokenTimes(cluster)]),
    0.5,
  )

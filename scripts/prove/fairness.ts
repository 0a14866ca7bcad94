/** The queue in front of the engines, in twenty simulated loads of 10,000 requests each; CI sees one of them. */
import {
  WAIT_MS,
  groupPredictions,
  jainIndex,
  simulateBacklog,
  simulateMixedLoad,
  simulateShortBehindLong,
  waitedMs,
} from '@skein/tests/support/queue/queue-scenarios.ts'
import type { Proof, ProofReport } from './proof.ts'

const ARRIVALS = 10_000
const SEEDS = [1, 2, 3, 4, 5]
/** Of what the engines can do. At 1.1 the queue must refuse some. */
const LOADS = [0.7, 0.85, 0.95, 1.1]
/** Above that many wait until they are refused, and what they would have waited is not known. */
const PREDICTABLE_LOAD = 1

export const proveFairness: Proof = async (report) => {
  for (const load of LOADS) proveLoad(report, load)
  proveShares(report)
  const shorts = SEEDS.map((seed) => simulateShortBehindLong(seed))
  report.figure('one short behind 500 long', shorts.map(({ waitedMs: waited }) => seconds(waited)).join(', '))
  report.check(
    'it waits at most one turn of the engine',
    shorts.every(({ waitedMs: waited, turnMs }) => waited <= turnMs),
  )
}

const proveLoad = (report: ProofReport, load: number): void => {
  const runs = SEEDS.map((seed, at) => {
    report.progress(at + 1, SEEDS.length)
    return simulateMixedLoad(seed, ARRIVALS, load)
  })
  const visits = runs.flat()
  const waits = visits.map(waitedMs).filter(Number.isFinite)
  const refused = visits.filter((visit) => visit.refused !== undefined).length
  const ratios = runs.flatMap((run) =>
    groupPredictions(run).map(({ predictedMs, realMs }) => predictedMs / realMs),
  )
  report.figure(
    `load ${load}`,
    `longest wait ${seconds(Math.max(...waits))}, refused ${((100 * refused) / visits.length).toFixed(1)} %, predicted ⁄ real ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
  )
  report.check(
    `load ${load}: each of ${visits.length} was served or refused, none waited longer than one may`,
    waits.length + refused === visits.length && Math.max(...waits) <= WAIT_MS,
  )
  if (load > PREDICTABLE_LOAD) return
  report.check(
    `load ${load}: predictions are within half of the real middle, in every group`,
    ratios.every((ratio) => Math.abs(ratio - 1) <= 0.5),
  )
}

const proveShares = (report: ProofReport): void => {
  for (const tellsCosts of [true, false]) {
    const indices = SEEDS.map((seed) =>
      jainIndex([...simulateBacklog(seed, { arrivals: ARRIVALS, tellsCosts }).values()]),
    )
    const what = tellsCosts ? 'tokens that engines count' : 'time, where nobody counts'
    report.figure(`shares of five keys in ${what} (Jain)`, Math.min(...indices).toFixed(4))
    report.check(`five keys get equal shares of ${what}`, Math.min(...indices) >= 0.95)
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

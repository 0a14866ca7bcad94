/**
 * 200 chats at once, in three dialects, streamed and whole, while a node that works on half of them is killed: as often as
 * there are seeds. `KILL_SEED=7 bun prove cluster-kill` plays that round alone.
 */
import { brokenPromises, isRetried } from '@skein/tests/support/cluster-load/broken-promises.ts'
import { figuresOfNodes, nodesAreCalm } from '@skein/tests/support/cluster-load/calm-nodes.ts'
import { killUnderLoad } from '@skein/tests/support/cluster-load/kill-under-load.ts'
import type { KillStormReport } from '@skein/tests/support/cluster-load/kill-under-load.ts'
import { PACED_MODEL, pacedNode } from '@skein/tests/support/cluster-load/paced-node.ts'
import { everyoneIsLinked, openRealCluster } from '@skein/tests/support/cluster-load/real-cluster.ts'
import type { RealCluster } from '@skein/tests/support/cluster-load/real-cluster.ts'
import type { ProcessFigures } from '@skein/tests/support/process-figures.ts'
import type { Proof, ProofReport } from './proof.ts'

const ROUNDS = 20
const CHATS = 200
/** By then all connections were made that are kept for the next request. */
const SETTLED_AFTER_ROUNDS = 3
const VICTIM = 'right'

type Figures = ReadonlyMap<string, ProcessFigures>

const seeds = (): readonly number[] => {
  const only = process.env['KILL_SEED']
  return only === undefined ? Array.from({ length: ROUNDS }, (_, at) => at + 1) : [Number(only)]
}

export const proveClusterKill: Proof = async (report) => {
  const cluster = await openRealCluster([
    pacedNode('door', false),
    pacedNode('left', true),
    pacedNode(VICTIM, true),
  ])
  try {
    await killAgainAndAgain(report, cluster)
  } finally {
    await cluster.stop()
  }
}

const killAgainAndAgain = async (report: ProofReport, cluster: RealCluster): Promise<void> => {
  const survivors = [cluster.node('door'), cluster.node('left')]
  const rounds = seeds()
  const storms: KillStormReport[] = []
  let complaints = 0
  let early: Figures | undefined
  for (const [at, seed] of rounds.entries()) {
    if (at > 0) await cluster.node(VICTIM).startAgain()
    await everyoneIsLinked(cluster.nodes)
    const storm = await killOnce(cluster, seed)
    const broken = brokenPromises(storm, VICTIM)
    for (const line of broken) console.log(`  seed ${seed}: ${line}`)
    complaints += broken.length
    storms.push(storm)
    await nodesAreCalm(survivors, PACED_MODEL)
    if (at + 1 >= Math.min(SETTLED_AFTER_ROUNDS, rounds.length)) early ??= await figuresOfNodes(survivors)
    report.progress(at + 1, rounds.length)
  }
  tellChats(report, storms, complaints)
  tellFigures(report, early ?? new Map(), await figuresOfNodes(survivors))
}

const killOnce = (cluster: RealCluster, seed: number): Promise<KillStormReport> =>
  killUnderLoad({
    door: cluster.node('door'),
    victim: cluster.node(VICTIM),
    model: PACED_MODEL,
    chats: CHATS,
    seed,
  })

const tellChats = (report: ProofReport, storms: readonly KillStormReport[], complaints: number): void => {
  const chats = storms.flatMap((storm) => storm.chats)
  const cut = chats.filter(({ end }) => end === 'cut').length
  const again = chats.filter(isRetried).length
  const slowestMs = Math.max(...storms.map(({ settledMs }) => settledMs))
  report.figure('chats', `${chats.length}, of which ${again} went on elsewhere and ${cut} were cut off`)
  report.figure('from the kill to the end of the last chat, at worst', `${slowestMs.toFixed(0)} ms`)
  report.check(
    'each is answered, or had begun on the dead node and ends in words of its dialect',
    complaints === 0,
  )
  report.check('nodes were killed while they had streams and other work', cut > 0 && again > 0)
}

const tellFigures = (report: ProofReport, early: Figures, late: Figures): void => {
  for (const [name, now] of late) {
    const then = early.get(name) ?? now
    report.figure(
      name,
      `${then.residentMegabytes.toFixed(0)} → ${now.residentMegabytes.toFixed(0)} MB, ${then.openFiles} → ${now.openFiles} descriptors`,
    )
    report.check(`${name}: descriptors flat`, now.openFiles <= then.openFiles + 16)
    report.check(`${name}: memory flat`, now.residentMegabytes <= then.residentMegabytes * 1.25 + 20)
  }
}

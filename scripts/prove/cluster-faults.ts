/** Long cuts of a cluster heal by themselves in bounded time, and restarts one after the other fail no request. */
import { areLinked, openLanCluster, timeUntil } from '@skein/tests/support/cluster-nodes/lan-cluster.ts'
import type { LanCluster } from '@skein/tests/support/cluster-nodes/lan-cluster.ts'
import { beginRollingLoad } from '@skein/tests/support/cluster-nodes/rolling-load.ts'
import type { Proof, ProofReport } from './proof.ts'

const FAULT_MS = 30_000
const BACK_MS = 60_000
/** Two nodes that look for each other try every 5 s, for 4 s each time. */
const SOON_MS = 12_000
const ROUNDS = 5
const EVERY_MS = 50
const MODEL = 'endless'

export const proveClusterFaults: Proof = async (report) => {
  const environment = { CLUSTER_PLACEMENT: 'round-robin' }
  const nodes = ['studio', 'attic', 'mini'].map((name) => ({ name, model: MODEL, environment }) as const)
  const cluster = await openLanCluster({ nodes })
  try {
    if (cluster.lan.isReal) await proveNetworkFaults(cluster, report)
    await proveRestarts(cluster, report)
  } finally {
    await cluster.close()
  }
}

interface Fault {
  readonly what: string
  begin(): void
  end(): void
}

const proveNetworkFaults = async (cluster: LanCluster, report: ProofReport): Promise<void> => {
  const { lan } = cluster
  for (const multicast of [true, false]) {
    lan.blockMulticast(!multicast)
    const way = multicast ? 'with multicast' : 'without multicast'
    await proveFault(cluster, report, {
      what: `a cable pulled for 30 s, ${way}`,
      begin: () => lan.cut(2),
      end: () => lan.mend(2),
    })
  }
  await proveFault(cluster, report, {
    what: 'one way lost for 30 s',
    begin: () => lan.blackhole(1, 2),
    end: () => lan.endBlackhole(1, 2),
  })
}

const proveFault = async (cluster: LanCluster, report: ProofReport, fault: Fault): Promise<void> => {
  fault.begin()
  await Bun.sleep(FAULT_MS)
  report.check(`${fault.what} is noticed`, !(await areLinked(cluster.nodes)))
  fault.end()
  const tookMs = await timeUntil('all are linked again', () => areLinked(cluster.nodes), BACK_MS)
  report.figure(`${fault.what}: all linked again after`, `${tookMs} ms`)
  report.check(`${fault.what} heals by itself within ${SOON_MS / 1000} s`, tookMs <= SOON_MS)
}

const proveRestarts = async ({ nodes }: LanCluster, report: ProofReport): Promise<void> => {
  const load = beginRollingLoad(nodes, MODEL, EVERY_MS)
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const node of nodes) {
      load.spare(node)
      await node.stop()
      await node.start()
      await timeUntil('all are linked again', () => areLinked(nodes), BACK_MS)
      load.use(node)
    }
    report.progress(round + 1, ROUNDS)
  }
  const { answered, byNode, failures } = await load.stop()
  report.figure(`answered during ${ROUNDS * nodes.length} restarts`, `${answered} ${JSON.stringify(byNode)}`)
  for (const failure of failures.slice(0, 10)) report.figure('failed', failure)
  report.check('no request failed', failures.length === 0)
}

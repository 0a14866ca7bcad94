/**
 * How fast a cluster of real nodes on loopback changes: a node that joins answers chats, one that is killed or hangs gets
 * none any more. Beside each a plain figure of the same run, which tells what the machine does to it.
 * `CLUSTER_TIMES_ROUNDS=3 bun bench cluster-times` is a short run.
 */
import { meet, openRealCluster } from '@skein/tests/support/cluster-load/real-cluster.ts'
import type { RealCluster } from '@skein/tests/support/cluster-load/real-cluster.ts'
import type { RealNode, RealNodePlan } from '@skein/tests/support/cluster-load/real-node.ts'
import { startRealNode } from '@skein/tests/support/cluster-load/real-node.ts'
import { median } from './median.ts'
import { plainConnectMs, schedulingDelayMs } from './machine-delays.ts'

const ROUNDS = Number(process.env['CLUSTER_TIMES_ROUNDS'] ?? 10)
/** On a busy machine there are fewer rounds; each has two that join. */
const NO_ROUND_AFTER_MS = 140_000
const ASK_EVERY_MS = 5
const GIVE_UP_MS = 30_000
const GOALS_MS = { join: 1000, crash: 1000, hang: 3000 } as const
/** Nobody reads six digits on two screens any faster. */
const COMPARE_DIGITS_MS = 1000
const MODEL = 'known-answer'

type Event = keyof typeof GOALS_MS

const plan = (name: string, hasModel: boolean): RealNodePlan => ({
  name,
  ...(hasModel ? { models: { [MODEL]: 'known-answer' } } : {}),
  environment: { SKEIN_LOG_LEVEL: 'warn' },
})

export const benchClusterTimes = async (): Promise<void> => {
  const cluster = await openRealCluster([plan('door', false), plan('other', false)])
  const times: Record<Event, number[]> = { join: [], crash: [], hang: [] }
  const [{ dataPort }] = (await cluster.node('other').ask('GET', '/v1/nodes/other')).addresses
  const connects: number[] = []
  const delays: number[] = []
  try {
    const startedAt = performance.now()
    for (let round = 0; round < ROUNDS; round += 1) {
      if (performance.now() - startedAt > NO_ROUND_AFTER_MS) break
      connects.push(...(await plainConnectMs(dataPort)))
      delays.push(...(await schedulingDelayMs()))
      await playRound(cluster, round, times)
    }
  } finally {
    await cluster.stop()
  }
  console.log(`\nChanges of a cluster of three real nodes on loopback (ms; ${times.crash.length} rounds)`)
  tell('join confirmed to first chat by the new node', times.join, GOALS_MS.join)
  tell('router killed to out of rotation', times.crash, GOALS_MS.crash)
  tell('router stopped (SIGSTOP) to out of rotation', times.hang, GOALS_MS.hang)
  tell('plain: TCP and TLS connect on loopback', connects)
  tell('plain: how late a timer of 10 ms is', delays)
}

/** A fresh node with the only model joins and is killed; another one joins and hangs. */
const playRound = async (
  { nodes: [door] }: RealCluster,
  round: number,
  times: Record<Event, number[]>,
): Promise<void> => {
  if (door === undefined) return
  const ends = [
    ['crash', 'SIGKILL'],
    ['hang', 'SIGSTOP'],
  ] as const
  for (const [event, signal] of ends) {
    const guest = await startRealNode(plan(`${event}${round}`, true))
    try {
      times.join.push(await joinAndAnswer(door, guest))
      times[event].push(await signalAndLeave(door, guest, signal))
    } finally {
      await guest.stop()
      await door.ask('DELETE', `/v1/nodes/${guest.name}`)
    }
  }
}

const joinAndAnswer = async (door: RealNode, guest: RealNode): Promise<number> => {
  // The model is in memory before: what is measured is the cluster.
  await answeredBy(guest)
  const confirm = await meet(door, guest)
  await Bun.sleep(COMPARE_DIGITS_MS)
  const confirmedAt = performance.now()
  await confirm()
  await until(`${guest.name} answers`, async () => (await answeredBy(door)) === guest.name)
  return performance.now() - confirmedAt
}

const signalAndLeave = async (
  door: RealNode,
  guest: RealNode,
  signal: 'SIGKILL' | 'SIGSTOP',
): Promise<number> => {
  const router = await guest.serviceProcessId('router')
  process.kill(router, signal)
  const signalledAt = performance.now()
  await until(`${guest.name} is out of rotation`, async () => (await chosenBy(door)) !== guest.name)
  return performance.now() - signalledAt
}

const chat = { model: MODEL, max_tokens: 1, messages: [{ role: 'user', content: 'Hello!' }] }

/** Which node answers a chat that comes in here; undefined: none. */
const answeredBy = async ({ url }: RealNode): Promise<string | undefined> => {
  const reply = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(chat),
  })
  await reply.text()
  return reply.ok ? (reply.headers.get('x-skein-node') ?? undefined) : undefined
}

/** Which node a chat would be sent to. */
const chosenBy = async ({ url }: RealNode): Promise<string | null> => {
  const reply = await fetch(`${url}/v1/route/explain`, { method: 'POST', body: JSON.stringify(chat) })
  // 404: nobody has the model any more.
  if (!reply.ok) return null
  return ((await reply.json()) as { readonly node: string | null }).node
}

const until = async (what: string, isSo: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + GIVE_UP_MS
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Not within ${GIVE_UP_MS} ms: ${what}.`)
    await Bun.sleep(ASK_EVERY_MS)
  }
}

const tell = (what: string, values: readonly number[], goalMs?: number): void => {
  const p95 = ninetyFifth(values)
  const goal = goalMs === undefined ? '' : `   goal ≤ ${goalMs}: ${p95 <= goalMs ? 'held' : 'MISSED'}`
  console.log(
    `  ${what.padEnd(46)} median ${shown(median(values))}   p95 ${shown(p95)}   worst ${shown(Math.max(...values))}   n ${values.length}${goal}`,
  )
}

const ninetyFifth = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0
}

const shown = (ms: number): string => (ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3))
